/** Queries and goals as a person types them, with a server on the data folder and without. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { goals } from '../src/commands/goals.ts';
import { importLogs } from '../src/commands/import.ts';
import { query } from '../src/commands/query.ts';
import { report } from '../src/commands/report.ts';
import type { QueryAnswer } from '../src/query/query-schemas.ts';
import { assertFailed, type Ended, Program } from './fixtures/command-line.ts';
import { placeEmptyStore } from './fixtures/empty-store.ts';
import { scaledTimeout } from './fixtures/scaled-timeout.ts';
import { ServerHere } from './fixtures/server-here.ts';
import { temporaryFolder } from './fixtures/temporary.ts';
import { typed } from './fixtures/typed-command.ts';

const LOG = [
  ['1.1.1.1', '01/Mar/2026:10:00:00', '/', 'https://www.google.com/'],
  ['1.1.1.1', '01/Mar/2026:10:01:40', '/thanks/1', '-'],
  ['2.2.2.2', '02/Mar/2026:09:00:00', '/', '-'],
]
  .map(
    ([address, time, path, referrer]) =>
      `${address} - - [${time} +0000] "GET ${path} HTTP/1.1" 200 5 "${referrer}" "Mozilla/5.0 (Macintosh) Safari/605.1.15"\n`,
  )
  .join('');
const GOAL = ['--site', 'log.example'];
const QUERY = {
  ...{
    period: 'all',
    metrics: ['visitors', 'bounce_rate', 'visit_duration', 'conversion_rate'],
    dimensions: ['source'],
  },
  ...{ goal: 'thanks', include: { totals: true } },
};

const COMMANDS = {
  import: (args: readonly string[]) => typed(importLogs, args),
  goals: (args: readonly string[]) => typed(goals, args),
  query: (args: readonly string[]) => typed(query, args),
  report: (args: readonly string[]) => typed(report, args),
};

function run([name, ...args]: [keyof typeof COMMANDS, ...string[]]): Promise<Ended> {
  return COMMANDS[name](args);
}

async function good(...args: Parameters<typeof run>[0]): Promise<string> {
  const { code, stdout, stderr } = await run(args);
  assert.equal(code, 0, stderr);
  return stdout;
}

describe('query, goals and report', () => {
  for (const isServed of [false, true]) {
    it(`speak one language ${isServed ? 'with' : 'without'} a server on the folder`, {
      timeout: scaledTimeout(60_000),
    }, async (t) => {
      const folder = temporaryFolder(t);
      const data = ['--data-dir', join(folder, 'data')];
      writeFileSync(join(folder, 'access.log'), LOG);
      placeEmptyStore(join(data[1]!, 'store'));
      await good('import', join(folder, 'access.log'), '--site', 'log.example', ...data);
      await using _server = isServed ? await ServerHere.start(t, data[1]!) : undefined;
      assert.equal(
        await good('goals', 'add', 'thanks', '--page', '/thanks/*', ...GOAL, ...data),
        'thanks: page /thanks/*\n',
      );
      assertFailed(
        await run(['goals', 'add', 'thanks', '--page', '/', ...GOAL, ...data]),
        2,
        /already has the goal "thanks"/,
      );

      const file = join(folder, 'query.json');
      writeFileSync(file, JSON.stringify(QUERY));
      const answer = JSON.parse(await good('query', file, ...data)) as QueryAnswer;
      const rows = [
        { dimensions: ['Direct'], metrics: [1, 1, 0, 0] },
        { dimensions: ['Google'], metrics: [1, 0, 100, 1] },
      ];
      assert.deepEqual(answer.results, rows);
      assert.equal(
        await good('query', file, '--csv', ...data),
        'source,visitors,bounce_rate,visit_duration,conversion_rate\r\nDirect,1,1,0,0\r\nGoogle,1,0,100,1\r\n',
      );
      await using mistyped = new Program(['query', '-', ...data]);
      mistyped.child.stdin!.end(JSON.stringify({ ...QUERY, metrics: ['vistors'] }));
      assertFailed(await mistyped.ended, 2, /metrics\[0\] "vistors" is unknown: did you mean "visitors"\?/);

      const flags = [
        '--metrics',
        QUERY.metrics.join(),
        '--by',
        'source',
        '--goal',
        'thanks',
        '--order',
        'source desc',
      ];
      const reported = JSON.parse(
        await good(
          'report',
          ...flags,
          '--filter',
          'page is / and not visit_duration < 10',
          '--json',
          ...data,
        ),
      );
      assert.deepEqual(reported.results, [{ dimensions: ['Google'], metrics: [1, 0, 100, 0] }]);
      const text = await good('report', ...flags, ...data);
      assert.match(
        text,
        /^Google +1 +0\.0 % +1m 40s +100\.0 %\nDirect +1 +100\.0 % +0s +0\.0 %\ntotal +2 +50\.0 % +50s +50\.0 %$/m,
      );

      assert.deepEqual(JSON.parse(await good('goals', 'remove', 'thanks', '--json', ...GOAL, ...data)), {
        goals: [],
      });
      assertFailed(await run(['goals', 'remove', 'thanks', ...GOAL, ...data]), 1, /has no goal "thanks"/);
      assertFailed(await run(['goals', 'lsit', ...GOAL, ...data]), 2, /did you mean "list"/);
    });
  }
});
