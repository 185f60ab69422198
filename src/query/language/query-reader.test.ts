import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { rounds } from '../../../test/fixtures/rounds.ts';
import { writtenQueries } from '../../../test/fixtures/written-query.ts';
import { drawnQuery } from '../../../test/reference/traffic/drawn-query.ts';
import { Random } from '../../../test/reference/traffic/random.ts';
import { TRAFFIC_GOALS } from '../../../test/reference/traffic/traffic.ts';
import { botsOf } from '../../../test/reference/visits/selection.ts';
import { HitError } from '../../errors.ts';
import type { Goal } from '../engine/query.ts';
import { LIMITS } from './limits.ts';
import { type AskedQuery, readQuery } from './query-reader.ts';

const NOW = Date.parse('2026-03-30T10:00:00Z');
const GOALS: Goal[] = [
  { site: 'a.example', name: 'signup', action: { kind: 'event', event: 'signup' } },
  { site: 'a.example', name: 'blog', action: { kind: 'page', page: '/blog/*' } },
  { site: 'b.example', name: 'signup', action: { kind: 'event', event: 'register' } },
];
const MEMBERS = [
  'site',
  'period',
  'timezone',
  'bots',
  'metrics',
  'dimensions',
  'filters',
  'goal',
  'order_by',
  'limit',
  'include',
  'x',
];
const USUAL = { period: 'all', metrics: ['visitors'] };

function read(more: object): AskedQuery {
  return readQuery({ ...USUAL, ...more }, NOW, GOALS);
}

function refused(more: unknown, message: RegExp): void {
  const value =
    typeof more === 'object' && more !== null && !Array.isArray(more) ? { ...USUAL, ...more } : more;
  assert.throws(() => readQuery(value, NOW, GOALS), { name: 'HitError', code: 'invalid', message });
}

function is(...values: string[]): unknown[] {
  return ['is', 'page', values];
}

describe('a query', () => {
  test('has defaults', () => {
    assert.deepEqual(read({}), {
      ...{ sites: [], timezone: 'UTC', bots: 'exclude', metrics: ['visitors'], dimensions: [], filters: [] },
      ...{ goal: undefined, goals: [], period: undefined, comparison: undefined, orderBy: undefined },
      ...{ limit: 100, offset: 0, totals: false, totalRows: false },
    });
  });

  test('is understood as it was asked', () => {
    const asked = read({
      ...{
        site: 'A.example:80',
        timezone: 'Europe/Berlin',
        goal: 'signup',
        dimensions: ['source', 'time:day'],
      },
      ...{
        period: { from: '2026-03-29', to: '2026-03-30' },
        metrics: ['visitors', 'conversion_rate', 'p95:prop:seconds'],
      },
      ...{ filters: [['not', is('/')]], order_by: [['source', 'asc']], limit: 3, offset: 6 },
      include: { comparison: 'year_over_year', totals: true, total_rows: true },
    });
    assert.deepEqual(asked, {
      ...{
        sites: ['a.example'],
        timezone: 'Europe/Berlin',
        bots: 'exclude',
        goal: 'signup',
        goals: [GOALS[0]],
      },
      period: { from: Date.parse('2026-03-28T23:00Z'), to: Date.parse('2026-03-29T22:00Z') },
      ...{ metrics: ['visitors', 'conversion_rate', 'p95:prop:seconds'], dimensions: ['source', 'time:day'] },
      ...{ filters: [['not', is('/')]], comparison: 'year_over_year', orderBy: [['source', 'asc']] },
      ...{ limit: 3, offset: 6, totals: true, totalRows: true },
    });
  });

  test('whose period has no end ends now', () => {
    const { period } = read({ period: { from: '1970-01-01T00:00:00Z' } });
    assert.deepEqual(period, { from: 0, to: NOW });
  });

  test('that does not ask for goals is not about them', () => {
    assert.deepEqual(read({ goal: 'blog' }).goals, []);
    assert.deepEqual(read({ goal: 'signup', metrics: ['conversions'] }).goals, [GOALS[0], GOALS[2]]);
    assert.deepEqual(read({ dimensions: ['goal'] }).goals, GOALS);
    assert.deepEqual(read({ metrics: ['revenue', 'sum:prop:revenue', 'avg:prop:conversions'] }).goals, []);
    assert.deepEqual(read({ metrics: ['average_revenue'], goal: 'blog' }).goals, [GOALS[1]]);
    assert.deepEqual(read({ metrics: ['sum:prop:revenue'], goal: 'blog' }).goals, []);
    assert.deepEqual(read({ filters: [['has_done', ['is', 'goal', ['blog']]]] }).goals, GOALS);
  });

  for (const [more, message] of [
    [null, /^the query is not an object$/],
    [[], /^the query is not an object$/],
    [{ filter: [] }, /^the query: member "filter" is unknown: did you mean "filters"\?$/],
    [{ include: { total: true } }, /^include: member "total" is unknown: did you mean "totals"\?$/],
    [{ site: 'a b' }, /^site "a b" is not a host name$/],
    [{ site: [] }, /^site is empty/],
    [{ period: null }, /^period is missing: use today, /],
    [{ period: 'last_moth' }, /^period "last_moth" is unknown: did you mean "last_month"\?$/],
    [{ period: { from: '2026-01-02', to: '2026-01-02' } }, /^period: from \(2026-01-02\) is not before to/],
    [{ period: { to: '2026-01-02' } }, /^period\.from is missing$/],
    [{ period: { from: '2026-04-02' } }, /^period: from \(2026-04-02\) is not before to \(now\)$/],
    [{ include: { comparison: { from: '2026-01-02' } } }, /^include\.comparison\.to is missing$/],
    [{ period: { from: '2026-02-30', to: '2026-03-01' } }, /^period\.from "2026-02-30" is not a time/],
    [{ timezone: 'Berlin' }, /^timezone "Berlin" is not an IANA time zone/],
    [{ metrics: [] }, /^metrics is empty/],
    [{ metrics: null }, /^metrics is missing$/],
    [{ metrics: ['vistors'] }, /^metrics\[0\] "vistors" is unknown: did you mean "visitors"\?$/],
    [{ metrics: ['visits', 'visits'] }, /^metrics has "visits" twice$/],
    [{ metrics: ['mean:prop:x'] }, /^metrics\[0\] "mean" is unknown: use sum, avg, p50, p95$/],
    [{ metrics: ['sum:prop:'] }, /^metrics\[0\] "sum:prop:" lacks the name of a property$/],
    [
      { metrics: Array.from({ length: 21 }, (_, at) => `sum:prop:${at}`) },
      /^metrics has 21 values, 20 are allowed$/,
    ],
    [{ dimensions: ['contry'] }, /^dimensions\[0\] "contry" is unknown: did you mean "country"\?$/],
    [{ dimensions: ['time:fortnight'] }, /^dimensions\[0\] "time:fortnight" is unknown: use time:minute, /],
    [{ dimensions: ['page', 'os', 'city', 'device'] }, /^dimensions has 4 values, 3 are allowed$/],
    [{ goal: 'sign up' }, /^goal "sign up" is unknown: did you mean "signup"\?$/],
    [{ site: 'c.example', goal: 'signup' }, /^goal "signup" is unknown: these sites have no goals$/],
    [
      { filters: [['is', 'goal', ['singup']]] },
      /^filters\[0\]\[2\] "singup" is unknown: did you mean "signup"\?$/,
    ],
    [{ filters: [['si', 'page', ['/']]] }, /^filters\[0\]: operator "si" is unknown: did you mean "is"\?$/],
    [
      { filters: [['is', 'contry', ['DE']]] },
      /^filters\[0\]\[1\] "contry" is unknown: did you mean "country"\?$/,
    ],
    [{ filters: [['is', 'page', '/']] }, /^filters\[0\]\[2\] is not a list$/],
    [{ filters: [['is', 'status', [404]]] }, /^filters\[0\]\[2\]\[0\] is not a string$/],
    [
      { filters: [['is', 'status', ['404', '4xxx']]] },
      /^filters\[0\]\[2\]\[1\] "4xxx" is neither a class such as 4xx nor a status such as 404 \(did you mean "4xx"\?\)$/,
    ],
    [{ filters: [['is_not', 'status', ['9xx']]] }, /"9xx" is neither a class such as 4xx/],
    [{ filters: [is()] }, /^filters\[0\]\[2\] has no values$/],
    [{ filters: [['is', 'visit_duration', ['0']]] }, /"visit_duration" is a number: use greater/],
    [{ filters: [['greater', 'visit_durations', [0]]] }, /did you mean "visit_duration"\?$/],
    [{ filters: [['greater', 'value', [1e16]]] }, /^filters\[0\]\[2\] is not between/],
    [{ filters: [['and', is('/')]] }, /^filters\[0\]\[1\]\[0\] is not a filter/],
    [{ filters: [['or', []]] }, /combines no filters$/],
    [{ filters: [is('a'.repeat(1001))] }, /has more than 1000 characters$/],
    [{ filters: [is('a\u0000')] }, /has a control character/],
    [{ filters: [is('\ud800')] }, /has a control character/],
    [{ filters: Array.from({ length: 101 }, () => is('/')) }, /^filters has 101 values, 100 are allowed$/],
    [
      {
        filters: [
          ['and', Array.from({ length: 60 }, () => is('/'))],
          ['and', Array.from({ length: 41 }, () => is('/'))],
        ],
      },
      /more than 100 conditions$/,
    ],
    [{ filters: [is(...Array.from({ length: 1001 }, String))] }, /has 1001 values, 1000 are allowed$/],
    [
      { filters: [['matches', 'page', Array.from({ length: 301 }, String)]] },
      /search for more than 300 texts and goals/,
    ],
    [{ filters: [nested(10_000)] }, /more than 10 filters deep$/],
    [
      { order_by: [['visits', 'desc']] },
      /^order_by\[0\]: column "visits" is unknown: did you mean "visitors"|use visitors$/,
    ],
    [{ order_by: [['visitors', 'down']] }, /^order_by\[0\] "down" is unknown: use asc, desc$/],
    [{ limit: 10_001 }, /^limit is not a whole number from 1 to 10000$/],
    [{ offset: -1 }, /^offset is not a whole number from 0/],
    [{ bots: 'onyl' }, /^bots "onyl" is unknown: did you mean "only"\?$/],
    [
      { include: { comparison: 'previous' } },
      /^include\.comparison "previous" is unknown: use previous_period, /,
    ],
    [{ include: { totals: 1 } }, /^include\.totals is neither true nor false$/],
  ] as const) {
    test(`is refused: ${JSON.stringify(more).slice(0, 80)}`, () => refused(more, message));
  }

  test('within its limits is read', () => {
    read({ filters: [nested(LIMITS.depth - 1)] });
    read({ filters: Array.from({ length: LIMITS.leaves }, () => is('a'.repeat(LIMITS.characters))) });
  });

  test('is parsed or rejected, whatever the JSON is', () => {
    const words = fc.constantFrom(
      ...[
        'is',
        'matches',
        'greater',
        'and',
        'or',
        'not',
        'has_done',
        'page',
        'country',
        'prop:x',
        'prop:',
        'goal',
        'signup',
      ],
      ...[
        'visitors',
        'sum:prop:x',
        'sum:prop',
        ':prop:',
        'time:day',
        'asc',
        'UTC',
        '+01:00',
        '7d',
        'all',
        '2026-01-01',
        'a.example',
      ],
      ...['__proto__', 'constructor', 'previous_period'],
    );
    const leaf = fc.oneof(words, fc.string(), fc.double(), fc.integer(), fc.boolean(), fc.constant(null));
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        leaf,
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(words, tie('value'), { maxKeys: 3 }),
      ),
    }));
    const right = writtenQueries(['signup', 'blog'], ['a.example']);
    // One member of a right query is replaced, or one is added.
    const nearlyRight = fc
      .tuple(right, fc.constantFrom(...MEMBERS), value)
      .map(([query, member, odd]) => ({ ...query, [member]: odd }));
    let accepted = 0;
    const numRuns = rounds(100_000, 1500, 4000);
    fc.assert(
      fc.property(fc.oneof(value, right, nearlyRight), (asked) => {
        try {
          readQuery(asked, NOW, GOALS);
          accepted++;
        } catch (error) {
          assert.ok(error instanceof HitError && error.code === 'invalid', String(error));
          assert.ok(error.message.length < 1500 && error.message.isWellFormed(), error.message);
        }
      }),
      { seed: 5, numRuns },
    );
    assert.ok(accepted > 0.3 * numRuns, `${accepted} are accepted`);
  });

  test('of the language is understood as the reference understands it', () => {
    const goals = Object.entries(TRAFFIC_GOALS).flatMap(([site, own]) =>
      own.map(({ name, action }) => ({ site, name, action })),
    );
    const names = goals.map(({ name }) => name);
    const random = new Random(3);
    for (let asked = 0; asked < 2000; asked++) {
      const { site: _, ...query } = drawnQuery(random, 3);
      if (
        JSON.stringify(query).includes('"goal"') &&
        !names.some((name) => JSON.stringify(query).includes(name))
      )
        continue;
      const read = readQuery(query, NOW, goals);
      assert.deepEqual(read.filters, query.filters);
      assert.equal(read.bots, botsOf(query));
    }
  });
});

function nested(depth: number): unknown {
  let filter: unknown = is('/');
  for (let at = 0; at < depth; at++) filter = ['not', filter];
  return filter;
}
