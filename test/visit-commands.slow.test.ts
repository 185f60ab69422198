/** Funnels, journeys and retention as a person types them, with a server on the data folder and without. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { funnel } from '../src/commands/funnel.ts';
import { goals } from '../src/commands/goals.ts';
import { importLogs } from '../src/commands/import.ts';
import { journeys } from '../src/commands/journeys.ts';
import { retention } from '../src/commands/retention.ts';
import { DataFolder } from '../src/folder/folder.ts';
import { Resources } from '../src/query/resources/resources.ts';
import type { FunnelResult, JourneysResult, RetentionResult } from '../src/query/visit-schemas.ts';
import { BEARER } from './fixtures/any-server.ts';
import { assertFailed, type Ended, run } from './fixtures/command-line.ts';
import { RunningServer } from './fixtures/running-server.ts';
import { ServerHere } from './fixtures/server-here.ts';
import { temporaryFolder } from './fixtures/temporary.ts';
import { typed } from './fixtures/typed-command.ts';
import { reference } from './reference/visits/reference.ts';
import { visitHit } from './reference/visits/visit-hit.ts';

const SITE = 'log.example';
const AGENT = 'Mozilla/5.0 (Macintosh) Safari/605.1.15';
/** Client, day of March 2026, and pages, a minute apart. */
const WALKS: readonly (readonly [number, number, readonly string[]])[] = [
  [1, 2, ['/', '/cart', '/thanks']],
  [1, 10, ['/', '/cart']],
  [2, 2, ['/', '/docs']],
  [2, 3, ['/cart']],
  [3, 11, ['/cart', '/']],
  [4, 12, ['/docs']],
];
const VIEWS = WALKS.flatMap(([client, day, pages]) =>
  pages.map((path, minute) => ({ client, time: Date.UTC(2026, 2, day, 10, minute), path })),
);
const LOG = VIEWS.map(({ client, time, path }) => {
  const [, day, clock] = /-(\d\d)T([\d:]+)/.exec(new Date(time).toISOString())!;
  return `1.1.1.${client} - - [${day}/Mar/2026:${clock} +0000] "GET ${path} HTTP/1.1" 200 5 "-" "${AGENT}"\n`;
}).join('');
const recount = reference(
  VIEWS.map(({ client, time, path }) =>
    visitHit({ ...{ site: SITE, visitorLow: client, time, path }, country: '', browser: 'Safari' }),
  ),
  { goals: { [SITE]: [{ name: 'thanks', action: { kind: 'page', page: '/thanks' } }] } },
);
const MARCH = ['--from', '2026-03-01', '--to', '2026-04-01', '--site', SITE];
const SCOPE = { site: SITE, period: { from: '2026-03-01', to: '2026-04-01' } } as const;
const STORED = {
  name: 'purchase',
  steps: [{ kind: 'page', page: '/cart' }, 'thanks'],
  within: { days: 7 },
} as const;

const COMMANDS = {
  funnel: (args: readonly string[]) => typed(funnel, args),
  journeys: (args: readonly string[]) => typed(journeys, args),
  retention: (args: readonly string[]) => typed(retention, args),
  goals: (args: readonly string[]) => typed(goals, args),
  import: (args: readonly string[]) => typed(importLogs, args),
} as const;
type Line = readonly [keyof typeof COMMANDS, ...(readonly string[])];

function type([command, ...args]: Line): Promise<Ended> {
  return COMMANDS[command](args);
}

async function good(...line: Line): Promise<string> {
  const { code, stdout, stderr } = await type(line);
  assert.equal(code, 0, stderr);
  assert.equal(stderr, '');
  return stdout;
}

/** What the commands print, which is the same with a server on the folder and without. */
const printed: Record<string, string>[] = [];

describe('funnel, journeys and retention', { concurrency: false }, () => {
  for (const isServed of [false, true]) {
    it(`answer ${isServed ? 'with' : 'without'} a server on the folder`, { timeout: 300_000 }, async (t) => {
      const folder = temporaryFolder(t);
      const dataDir = join(folder, 'data');
      const data = ['--data-dir', dataDir];
      writeFileSync(join(folder, 'access.log'), LOG);
      await good('import', join(folder, 'access.log'), '--site', SITE, ...data);
      await good('goals', 'add', 'thanks', '--page', '/thanks', '--site', SITE, ...data);
      if (!isServed) {
        const locked = DataFolder.open(dataDir);
        new Resources(locked.path).create('funnels', SITE, STORED);
        locked.close();
      }
      await using server = isServed ? await RunningServer.start(dataDir) : undefined;
      const kept = await server?.post(`/api/v1/sites/${SITE}/funnels`, STORED, BEARER);
      assert.ok(kept === undefined || kept.status === 201);
      const outputs: Record<string, string> = {};
      const print = async (...args: Line) => {
        const text = await good(...args, ...MARCH, ...data);
        outputs[args.join(' ')] = text;
        return text;
      };

      const steps = ['--step', 'page=/', '--step', 'page=/cart', '--step', 'thanks or page=/thanks'];
      const { visitors, steps: counted } = JSON.parse(
        await print('funnel', ...steps, '--json'),
      ) as FunnelResult;
      const expected = recount.funnel({
        ...{ ...SCOPE, within: 'visit' },
        steps: [
          { kind: 'page', page: '/' },
          { kind: 'page', page: '/cart' },
          { any: ['thanks', { kind: 'page', page: '/thanks' }] },
        ],
      });
      assert.equal(visitors, expected.visitors);
      assert.deepEqual(
        counted.map(({ visitors: own }) => own),
        expected.steps.map(({ visitors: own }) => own),
      );
      assert.deepEqual(
        counted.map(({ visitors: own }) => own),
        [3, 1, 1],
      );
      assert.equal(
        await print('funnel', ...steps),
        [
          'log.example, 2026-03-01 to 2026-04-01 (UTC), within a visit',
          '4 visitors, in the funnel or not',
          '',
          'step                      visitors  of first  of previous  drop-off',
          '1 page=/                         3   100.0 %      100.0 %         0',
          '2 page=/cart                     1    33.3 %       33.3 %         2',
          '3 thanks or page=/thanks         1    33.3 %      100.0 %         0',
          '',
        ].join('\n'),
      );
      assert.equal(
        await print('funnel', '--funnel', 'purchase', '--by', 'entry_page', '--csv'),
        [
          'entry_page,step,name,visitors,conversion_rate,step_conversion_rate,drop_off,drop_off_rate',
          '/cart,1,page=/cart,2,1,1,0,0',
          '/cart,2,thanks,0,0,0,2,1',
          '/,1,page=/cart,1,1,1,0,0',
          '/,2,thanks,1,1,1,0,0',
          '',
        ].join('\r\n'),
      );
      const narrow = ['--within', '1d', '--filter', 'page is /docs or page is /cart', '--json'];
      const window: FunnelResult = JSON.parse(await print('funnel', ...steps.slice(0, 4), ...narrow));
      assert.deepEqual(
        window.steps.map(({ visitors: own }) => own),
        recount
          .funnel({
            ...{ ...SCOPE, within: { days: 1 } },
            steps: [
              { kind: 'page', page: '/' },
              { kind: 'page', page: '/cart' },
            ],
            filters: [['is', 'page', ['/docs', '/cart']]],
          })
          .steps.map(({ visitors: own }) => own),
      );

      const ways: JourneysResult = JSON.parse(await print('journeys', '--page', '/cart', '--json'));
      for (const direction of ['before', 'after'] as const)
        assert.deepEqual(
          ways[direction],
          recount.journey({ ...SCOPE, page: '/cart', direction, steps: 3 }).paths,
        );
      assert.equal(
        await print('journeys', '--page', '/cart', '--steps', '2'),
        [
          'log.example, 2026-03-01 to 2026-04-01 (UTC)',
          '/cart: 4 visits, 3 visitors',
          '',
          'before                  visits  visitors',
          '(start of the visit)         2         2',
          '/                            2         1',
          '  (start of the visit)       2         1',
          '',
          'after                 visits  visitors',
          '(end of the visit)         2         2',
          '/                          1         1',
          '  (end of the visit)       1         1',
          '/thanks                    1         1',
          '  (end of the visit)       1         1',
          '',
        ].join('\n'),
      );
      assert.match(
        await print('journeys', '--page', '/cart', '--direction', 'after', '--steps', '1', '--csv'),
        /^direction,page_1,visits,visitors\r\nafter,\(end of the visit\),2,2\r\n/,
      );

      const weeks: RetentionResult = JSON.parse(await print('retention', '--json'));
      assert.deepEqual(weeks.cohorts, recount.retention({ ...SCOPE, interval: 'week' }).cohorts);
      assert.match(await print('retention'), /^2026-03-02 +2 +100\.0 % +50\.0 % +0\.0 %/m);
      assert.match(
        await print('retention', '--interval', 'month', '--csv'),
        /^time,visitors,returned_0\r\n2026-03-01T00:00:00Z,4,4\r\n$/,
      );
      const bought = await print('retention', '--return-filter', 'goal is thanks', '--json');
      assert.deepEqual(
        (JSON.parse(bought) as RetentionResult).cohorts,
        recount.retention({ ...SCOPE, interval: 'week', return_filters: [['is', 'goal', ['thanks']]] })
          .cohorts,
      );
      assert.match(await print('retention', '--identity', 'cookieless'), /^Without cookies, .*\n\n/m);

      for (const [args, said] of [
        [['funnel', '--step', 'page=/'], /steps: a funnel has 2 to 8/],
        [
          ['funnel', '--step', 'page=/', '--step', 'thnaks'],
          /steps\[1\]: goal "thnaks" is unknown: did you mean "thanks"\?/,
        ],
        [
          ['funnel', '--step', 'pgae=/', '--step', 'thanks'],
          /action "pgae" is unknown: did you mean "page"\?/,
        ],
        [['funnel', '--funnel', 'purchas'], /funnel "purchas" is unknown: did you mean "purchase"\?/],
        [['funnel', ...steps, '--within', '7w'], /within "7w" is unknown: did you mean "7d"\?/],
        [['journeys', '--page', '/', '--direction', 'afetr'], /did you mean "after"\?/],
        [['retention', '--interval', 'dya'], /did you mean "day"\?/],
        [['retention', '--filter', 'contry is DE'], /did you mean "country"\?/],
      ] as const)
        assertFailed(await type([...args, ...MARCH, ...data]), 2, said);
      printed.push(outputs);
    });
  }

  it('print the same either way', () => {
    assert.equal(printed.length, 2);
    assert.deepEqual(printed[1], printed[0]);
  });

  for (const [args, said] of [
    [['funnel'], /set either --step, for each step, or --funnel/],
    [['funnel', '--funnel', 'a', '--step', 'b'], /set either --step, for each step, or --funnel/],
    [['funnel', '--step', 'a', '--step', 'b', '--csv', '--json'], /choose --json or --csv/],
    [
      ['funnel', '--step', 'a', '--step', 'b', '--by', 'source', '--limit', 'x'],
      /--limit: "x" is not a whole number/,
    ],
    [['journeys'], /--page is missing/],
    [['journeys', '--page', '/', 'x'], /"x" is not expected here/],
    [['retention', '--period', '7d', '--from', '2026-01-01'], /choose --period, or --from and --to/],
    [['funnel', '--setp', 'a'], /did you mean "step"/],
  ] as const)
    it(`refuse flags that do not fit together: ${args.join(' ')}`, async () => {
      assertFailed(await type(args), 2, said);
    });

  it('know without a server how the last one identified visitors', { timeout: 300_000 }, async (t) => {
    const folder = temporaryFolder(t);
    const data = ['--data-dir', join(folder, 'data')];
    writeFileSync(join(folder, 'access.log'), LOG);
    await good('import', join(folder, 'access.log'), '--site', SITE, ...data);
    const ask = async () => good('retention', '--json', ...MARCH, ...data);
    const identities: string[] = [];
    for (const identity of ['cookieless', 'cookie']) {
      const server = await ServerHere.start(t, data[1]!, '--identity', identity);
      const beside = await ask();
      await server[Symbol.asyncDispose]();
      assert.equal(await ask(), beside);
      identities.push((JSON.parse(beside) as RetentionResult).query.identity);
    }
    assert.deepEqual(identities, ['cookieless', 'cookie']);
  });

  it('are commands of the program', async () => {
    for (const name of ['funnel', 'journeys', 'retention']) {
      const { code, stdout } = await run([name, '--help']);
      assert.equal(code, 0);
      assert.match(stdout, new RegExp(`^hit-tracker ${name}: `));
    }
  });
});
