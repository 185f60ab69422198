/** Reports about purged periods, for people and scripts. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { importLogs } from '../src/commands/import.ts';
import { purgeStore } from '../src/commands/purge.ts';
import { report } from '../src/commands/report.ts';
import { BEARER } from './fixtures/any-server.ts';
import type { Ended } from './fixtures/command-line.ts';
import { logLine } from './fixtures/log-line.ts';
import { scaledTimeout } from './fixtures/scaled-timeout.ts';
import { ServerHere } from './fixtures/server-here.ts';
import { temporaryFolder } from './fixtures/temporary.ts';
import { typed } from './fixtures/typed-command.ts';

it('a report of a purged period shows unknown values in each of its formats', {
  timeout: scaledTimeout(120_000),
}, async (t) => {
  const folder = temporaryFolder(t);
  const data = ['--data-dir', join(folder, 'data')];
  const log = join(folder, 'access.log');
  const paths = ['/a', '/a', '/b'];
  writeFileSync(log, paths.map((path) => logLine({ path })).join(''));
  const good = async (ending: Promise<Ended>) => {
    const ended = await ending;
    assert.equal(ended.code, 0, ended.stderr);
    return ended;
  };
  const reported = (...args: string[]) => good(typed(report, [...data, ...args]));
  await good(typed(importLogs, [...data, '--site', 'example.com', log]));
  await good(typed(purgeStore, [...data, '--keep-hits', '400d']));
  const period = ['--from', '2015-05-17', '--to', '2015-05-19', '--interval', 'day'];

  const whole = JSON.parse((await reported('--json', ...period)).stdout);
  assert.deepEqual([whole.totals.hits, whole.purged_before], [3, undefined]);
  assert.deepEqual(
    whole.tops.path.map(({ value, hits }: { value: string; hits: number }) => [value, hits]),
    [
      ['/a', 2],
      ['/b', 1],
    ],
  );

  // Visits outlive their hits, unless they are chosen by hits.
  const visits = JSON.parse((await reported('--json', ...period, '--metrics', 'visits')).stdout);
  assert.deepEqual([visits.totals.hits, visits.totals.visits, visits.purged_before], [3, 1, undefined]);
  const ofPage = ['--metrics', 'visits', '--filter', 'path=/a'];
  const chosen = JSON.parse((await reported('--json', ...period, ...ofPage)).stdout);
  assert.deepEqual([chosen.totals.hits, chosen.totals.visits], [null, null]);
  assert.equal(chosen.purged_before, '2015-05-18T00:00:00Z');

  const filtered = [...period, '--filter', 'path=/a'];
  const json = JSON.parse((await reported(...filtered, '--json')).stdout);
  assert.deepEqual(json.totals, { hits: null, visitors: null });
  assert.deepEqual(
    json.series.map(({ hits }: { hits: number | null }) => hits),
    [null, 0],
    'no hit of the day after was ever there, and that is known',
  );
  assert.deepEqual([json.tops.path, json.tops_purged_before.path], [[], '2015-05-18T00:00:00Z']);
  const { stdout } = await reported(...filtered);
  assert.match(stdout, /^hits before 2015-05-18 are purged: figures that need them are –$/m);
  assert.match(stdout, /^2015-05-17 +– +–$/m);
  assert.match(stdout, /^total +– +–$/m);
  assert.match(stdout, /^path, of hits since 2015-05-18 /m);
  assert.equal(
    (await reported(...filtered, '--csv')).stdout,
    'time,hits,visitors\r\n2015-05-17T00:00:00Z,,\r\n2015-05-18T00:00:00Z,0,0\r\n',
  );
  const ranking = await reported(...filtered, '--csv', '--by', 'path');
  assert.equal(ranking.stderr, 'Hits before 2015-05-18T00:00:00Z are purged: rows count hits since then.\n');

  await using server = await ServerHere.start(t, join(folder, 'data'));
  await server.send('/api/v1/sites/example.com', {
    ...{ method: 'PUT', headers: { ...BEARER, 'content-type': 'application/json' }, body: '{"public":true}' },
  });
  const counter = JSON.parse((await server.send('/counter/example.com/a.json')).text);
  assert.deepEqual([counter.hits, counter.visitors], [null, null]);
  assert.match((await server.send('/badge/example.com/a.svg')).text, /<title>hits: –<\/title>/);
  assert.equal(JSON.parse((await server.send('/counter/example.com/total.json')).text).hits, 3);
});
