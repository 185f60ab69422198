/** The text and CSV of funnels, journeys and retention. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { FunnelResult, JourneysResult, RetentionResult } from '../query/visit-schemas.ts';
import { funnelCsv, funnelText } from './funnel-text.ts';
import { journeysCsv, journeysText } from './journeys-text.ts';
import { retentionCsv, retentionText } from './retention-text.ts';

const SCOPE = {
  period: { from: '2026-02-28T23:00:00Z', to: '2026-03-31T22:00:00Z' },
  timezone: 'Europe/Berlin',
  bots: 'exclude',
  filters: [],
} as const;
const EVIL = '\u001b[2J/x\u202e';
const UNKNOWN = {
  visitors: null,
  conversion_rate: null,
  step_conversion_rate: null,
  drop_off: null,
  drop_off_rate: null,
};
const PURGED = { notes: [{ detail: 'purged', purged_before: '2026-03-02T00:00:00Z' }] };

const FUNNEL: FunnelResult = {
  ...{ visitors: null, steps: [UNKNOWN, UNKNOWN], rows: null, meta: PURGED },
  query: {
    ...SCOPE,
    steps: [
      { kind: 'page', page: EVIL },
      { kind: 'scroll', page: '/', depth: 50 },
    ],
    ...{ within: { days: 7 }, by: 'source', limit: 5 },
  },
};
const JOURNEYS: JourneysResult = {
  ...{ visits: 3, visitors: 2, meta: {} },
  after: [
    { pages: [EVIL], visits: 2, visitors: 1 },
    { pages: [null], visits: 1, visitors: 1 },
    { pages: [EVIL, '=1+1'], visits: 2, visitors: 1 },
  ],
  query: { ...SCOPE, page: EVIL, direction: 'after', steps: 2, limit: 10 },
};
const RETENTION: RetentionResult = {
  cohorts: Array.from({ length: 20 }, (_, at) => ({
    time: new Date(Date.UTC(2026, 2, 1 + at) - 3_600_000).toISOString(),
    visitors: 1000,
    returned: Array.from({ length: 20 - at }, (_, later) => (later === 1 ? null : 1000 - later)),
  })),
  meta: PURGED,
  query: { ...SCOPE, interval: 'day', return_filters: [], identity: 'cookie' },
};

/** Asserts that no line is wider than the terminal, or contains characters that manipulate it. */
function assertSafe(text: string, columns: number): void {
  for (const line of text.split('\n')) assert.ok(line.length <= columns, `${line.length}: ${line}`);
  assert.doesNotMatch(text.replaceAll('\n', ''), /[\p{Cc}\p{Cf}]/u);
}

describe('as text', () => {
  test('unknown numbers of a funnel are dashes, with a note', () => {
    const text = funnelText(FUNNEL, 80);
    assertSafe(text, 80);
    assert.match(
      text,
      /^all sites, 2026-03-01 to 2026-04-01 \(Europe\/Berlin\), within 7 days\npurged \(–\)\n– visitors/,
    );
    assert.match(text, /^2 \{"kind":"scroll.* {2,}– {2,}– {2,}– {2,}–$/m);
  });

  test('the rows of a funnel have their steps', () => {
    const step = {
      visitors: 1200,
      conversion_rate: 0.5,
      step_conversion_rate: 1,
      drop_off: 0,
      drop_off_rate: 0,
    };
    const rows = [{ value: '', steps: [step, step] }];
    const text = funnelText({ ...FUNNEL, visitors: 5, steps: [step, step], rows, meta: {} }, 100);
    assert.match(
      text,
      /^source +step +visitors +of first +of previous +drop-off\n– +1 page=.*1,200 +50\.0 % +100\.0 % +0$/m,
    );
  });

  test('paths are a tree', () => {
    const text = journeysText(JOURNEYS, 80);
    assertSafe(text, 80);
    const [, , , head, first, second, third] = text.split('\n');
    assert.match(head!, /^after +visits +visitors$/);
    assert.match(first!, /^\ufffd\[2J\/x\ufffd +2 +1$/);
    assert.match(second!, /^ {2}=1\+1 +2 +1$/);
    assert.match(third!, /^\(end of the visit\) +1 +1$/);
    const { before, after, ...unknown } = JOURNEYS;
    assert.match(
      journeysText({ ...unknown, visits: null, visitors: null, after: null }, 80),
      /: – visits, – visitors\n$/,
    );
  });

  test('retention is as wide as the terminal, and says what it omits', () => {
    for (const columns of [60, 80, 120]) {
      const text = retentionText(RETENTION, columns);
      assertSafe(text, columns);
      assert.match(text, /^2026-03-01 +1,000 +100\.0 % +– +99\.8 %/m);
      assert.match(text, /^the period has 20 intervals; use --csv to see all of them$/m);
    }
    assert.doesNotMatch(retentionText(RETENTION, 400), /intervals; use --csv/);
  });
});

describe('as CSV', () => {
  test('unknown numbers are empty, and formulas are texts', () => {
    assert.equal(
      funnelCsv({ ...FUNNEL, rows: [{ value: '=1+1', steps: [UNKNOWN, UNKNOWN] }] }).split('\r\n')[2],
      `'=1+1,2,"{""kind"":""scroll"",""page"":""/"",""depth"":50}",,,,,`,
    );
    assert.equal(
      funnelCsv(FUNNEL),
      'source,step,name,visitors,conversion_rate,step_conversion_rate,drop_off,drop_off_rate\r\n',
    );
    assert.equal(
      journeysCsv(JOURNEYS),
      `direction,page_1,page_2,visits,visitors\r\nafter,\\u001b[2J/x\\u202e,,2,1\r\nafter,(end of the visit),,1,1\r\nafter,\\u001b[2J/x\\u202e,'=1+1,2,1\r\n`,
    );
    const [head, first, , third] = retentionCsv(RETENTION).split('\r\n');
    assert.equal(head!.split(',').length, 22);
    assert.match(first!, /^2026-02-28T23:00:00\.000Z,1000,1000,,998,/);
    assert.match(third!, /,,$/);
  });
});
