/** Imports of hits older than the retention: messages, options, and that later purges respect them. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { PIPE_SAMPLE } from '../../src/logs/samples.ts';
import type { Stats } from '../../src/query/answers.ts';
import type { PurgeSummary } from '../../src/retention/retention-job.ts';
import { type Ended, Program, run } from '../fixtures/command-line.ts';
import { logLine } from '../fixtures/log-line.ts';
import { RunningServer } from '../fixtures/running-server.ts';
import { scaledTimeout } from '../fixtures/scaled-timeout.ts';
import { temporaryFolder } from '../fixtures/temporary.ts';

const DAY = 86_400_000;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A line from a number of days ago. */
function lineOf(days: number, path = '/'): string {
  const [date, clock] = new Date(Date.now() - days * DAY).toISOString().slice(0, 19).split('T');
  const [year, month, day] = date!.split('-');
  return logLine({ time: `${day}/${MONTHS[Number(month) - 1]}/${year}:${clock} +0000`, path });
}

/** Three lines older than 400 days, and two that are not. */
const LINES = [3000, 500, 402, 300, 1].map((days) => lineOf(days, `/${days}`)).join('');

interface Place {
  readonly data: string;
  readonly log: string;
  command(name: string, ...args: string[]): Promise<Ended>;
  hits(): Promise<number>;
  purge(...args: string[]): Promise<PurgeSummary>;
}

function placeIn(t: TestContext, content: string | Buffer = LINES): Place {
  const folder = temporaryFolder(t);
  const data = join(folder, 'data');
  const log = join(folder, 'access.log');
  writeFileSync(log, content);
  const command = (name: string, ...args: string[]) => run([name, '--data-dir', data, ...args]);
  const json = async <Answer>(name: string, ...args: string[]): Promise<Answer> => {
    const ended = await command(name, '--json', ...args);
    assert.equal(ended.code, 0, ended.stderr);
    return JSON.parse(ended.stdout) as Answer;
  };
  return {
    ...{ data, log, command },
    // A status is counted hit by hit.
    hits: async () => (await json<Stats>('report', '--status', '2xx', '--interval', 'month')).totals.hits!,
    purge: (...args) => json<PurgeSummary>('purge', ...args),
  };
}

const EXAMPLE = ['--site', 'example.com'];
const REFUSED =
  /^hit-tracker: 3 of 5 lines in access\.log would be deleted by the next purge: 3 of example\.com, before \d{4}-\d\d-\d\d\. Nothing is imported: --keep exempts example\.com from purges, --allow-purge imports them anyway, and the next purge deletes them\n$/;

describe('without a retention', { timeout: scaledTimeout(120_000) }, () => {
  it('old hits are imported without asking, and a purge deletes none and says why', async (t) => {
    const place = placeIn(t);
    assert.equal((await place.command('import', ...EXAMPLE, place.log)).code, 0);
    const { code, stdout } = await place.command('purge');
    assert.deepEqual(
      [code, stdout],
      [0, 'Nothing is purged, because no retention is set: set one, such as --keep-hits 400d.\n'],
    );
    assert.equal(await place.hits(), 5);
    await using server = await RunningServer.start(place.data);
    const beside = await place.purge();
    assert.deepEqual([beside.hits, beside.keep_hits, beside.exceptions], [[], 'forever', []]);
    await server.stop();
    assert.deepEqual(JSON.parse(readFileSync(join(place.data, 'retention.json'), 'utf8')), {
      ...{ keep_hits: 'forever', keep_rollups: 'forever', keep_visits: 'forever', scheduled: [] },
    });
  });
});

describe('an import of old hits', { timeout: scaledTimeout(240_000) }, () => {
  it('beside a server is refused before anything is stored, with the number of lines by site', async (t) => {
    const place = placeIn(t);
    await using server = await RunningServer.start(place.data, '--keep-hits', '400d');
    const refused = await place.command('import', ...EXAMPLE, place.log);
    assert.equal(refused.code, 2);
    assert.match(refused.stderr.replace(/^A server is running.*\n/, ''), REFUSED);
    assert.equal(refused.stdout, '');
    assert.deepEqual((await server.ask<{ sites: object[] }>('/api/v1/sites')).sites, []);
  });

  it('with --keep exempts them from every later purge, and settings and purges show that', async (t) => {
    const place = placeIn(t);
    await using server = await RunningServer.start(place.data, '--keep-hits', '400d');
    const kept = await place.command('import', '--json', '--keep', ...EXAMPLE, place.log);
    assert.equal(kept.code, 0, kept.stderr);
    assert.equal(JSON.parse(kept.stdout).imported, 5);
    assert.match(kept.stderr, /Hits of example\.com are now exempt from purges/);
    const dry = await place.purge('--dry-run');
    assert.deepEqual([dry.hits, dry.exceptions.map(({ site }) => site)], [[], ['example.com']]);
    assert.deepEqual((await place.purge()).hits, []);
    assert.deepEqual((await place.purge('--keep-hits', '30d')).hits, []);
    const { retention } = await server.ask<{ retention: { exceptions: { site: string; since: string }[] } }>(
      '/api/v1/settings',
    );
    assert.equal(retention.exceptions[0]?.site, 'example.com');
    assert.ok(Date.now() - Date.parse(retention.exceptions[0]!.since) < 120_000);
    await server.stop();
    // Without a server, by its retention; it asks only once.
    assert.deepEqual((await place.purge()).keep_hits, '400d');
    assert.equal((await place.command('import', ...EXAMPLE, place.log)).code, 0);
    assert.equal(await place.hits(), 5);
    assert.match(
      (await place.command('purge', '--dry-run')).stdout,
      /example\.com: kept, exempt since import --keep of 20/,
    );
    // The retention of the site itself takes precedence.
    const named = await place.purge('--keep-hits', '400d,example.com=400d');
    assert.deepEqual(
      named.hits.map(({ site, rows }) => [site, rows]),
      [['example.com', 3]],
    );
  });

  it('with --keep exempts them even if none is too old yet', async (t) => {
    const place = placeIn(t, lineOf(3));
    const ages = ['--keep-hits', '400d,named.example=400d'];
    const kept = await place.command('import', '--keep', ...ages, ...EXAMPLE, place.log);
    assert.match(kept.stderr, /Hits of example\.com are now exempt from purges/);
    assert.deepEqual((await place.purge('--keep-hits', '1d')).hits, []);
    const named = await place.command('import', '--keep', ...ages, '--site', 'named.example', place.log);
    assert.equal(named.code, 0, named.stderr);
    assert.doesNotMatch(named.stderr, /exempt/);
    const unlimited = await place.command('import', '--keep', '--site', 'other.example', place.log);
    assert.match(
      unlimited.stderr,
      /Hits of other\.example are now exempt from purges/,
      'also where no retention is set yet',
    );
    const purged = (await place.purge('--keep-hits', '1d')).hits.map(({ site }) => site);
    assert.deepEqual(purged, ['named.example']);
  });

  it('is checked against the ages of scheduled purges', async (t) => {
    const place = placeIn(t);
    const server = await RunningServer.start(
      place.data,
      '--schedule',
      'purge weekly sun 03:00 --keep-hits 400d',
    );
    assert.match((await place.command('import', ...EXAMPLE, place.log)).stderr, /3 of 5 lines/);
    await server.stop();
    assert.match((await place.command('import', ...EXAMPLE, place.log)).stderr, REFUSED);
  });

  it('is checked against --keep-hits, the environment, or the last server, if no server runs', async (t) => {
    const place = placeIn(t);
    const flagged = await place.command('import', '--keep-hits', '400d', ...EXAMPLE, place.log);
    assert.equal(flagged.code, 2);
    assert.match(flagged.stderr, REFUSED);
    const importing = ['import', '--data-dir', place.data, ...EXAMPLE, place.log];
    const environment = new Program(importing, { HIT_KEEP_HITS: '400d' });
    assert.match((await environment.ended).stderr, REFUSED);
    await (await RunningServer.start(place.data, '--keep-hits', '400d')).stop();
    assert.match((await place.command('import', ...EXAMPLE, place.log)).stderr, REFUSED);
    const allowed = await place.command('import', '--allow-purge', ...EXAMPLE, place.log);
    assert.equal(allowed.code, 0, allowed.stderr);
    assert.deepEqual(
      (await place.purge()).hits.map(({ rows }) => rows),
      [3],
    );
  });

  it('of a site that --keep-hits names cannot use --keep, and says what to do', async (t) => {
    const place = placeIn(t);
    const ages = ['--keep-hits', 'forever,example.com=400d'];
    const named = await place.command('import', '--keep', ...ages, ...EXAMPLE, place.log);
    assert.equal(named.code, 2);
    assert.match(
      named.stderr,
      /--keep-hits names example\.com itself: give it a longer age there\. Nothing is imported/,
    );
    const other = await place.command('import', ...ages, '--site', 'other.example', place.log);
    assert.equal(other.code, 0, other.stderr);
  });

  it('is refused as a whole if any of several files, even a compressed one, has old hits', async (t) => {
    const place = placeIn(t, gzipSync(LINES));
    const young = `${place.log}.young`;
    writeFileSync(young, lineOf(3));
    const refused = await place.command('import', '--keep-hits', '400d', young, place.log);
    assert.equal(refused.code, 2);
    assert.match(
      refused.stderr,
      /: 3 of 6 lines in 2 files would be deleted by the next purge: 3 of localhost/,
    );
    assert.equal(await place.hits(), 0);
  });

  it('with --keep exempts all sites of its logs, since recent lines will age', async (t) => {
    const place = placeIn(t, `old.example:80 ${lineOf(500)}young.example:80 ${lineOf(5)}`);
    const args = ['--format', 'vhost', '--keep-hits', '400d', place.log];
    assert.equal((await place.command('import', '--keep', ...args)).code, 0);
    assert.deepEqual(
      (await place.purge()).exceptions.map(({ site }) => site),
      ['old.example', 'young.example'],
    );
  });
});

describe('a stream of old hits', { timeout: scaledTimeout(120_000) }, () => {
  const AGES = ['--keep-hits', '400d', ...EXAMPLE];
  const YOUNG = 15_000;

  it('is refused at its first lines, before anything is stored', async (t) => {
    const place = placeIn(t);
    for (const log of [LINES, gzipSync(LINES)]) {
      const refused = await run(['import', '--data-dir', place.data, ...AGES, '-'], log);
      assert.equal(refused.code, 2, refused.stderr);
      assert.match(
        refused.stderr,
        /3 of 5 lines in the part of standard input read so far would be deleted by the next purge: 3 of example\.com, before .*\. Nothing is imported/,
      );
      assert.equal(refused.stdout, '');
    }
    assert.equal(await place.hits(), 0);
  });

  it('is refused if old lines come late, and earlier lines are imported', async (t) => {
    const place = placeIn(t);
    // Beyond the sample that is checked before anything is imported.
    const young = Array.from({ length: YOUNG }, (_, i) => lineOf(2, `/${i}`)).join('');
    assert.ok(young.length > 1.2 * PIPE_SAMPLE);
    const refused = await run(['import', '--data-dir', place.data, ...AGES, '-'], young + LINES);
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /Nothing more is imported: --keep exempts/);
    const before = await place.hits();
    assert.ok(before > 0 && before < YOUNG, `${before} hits`);
    const kept = await run(
      ['import', '--json', '--keep', '--data-dir', place.data, ...AGES, '-'],
      young + LINES,
    );
    assert.equal(kept.code, 0, kept.stderr);
    assert.deepEqual([await place.hits(), JSON.parse(kept.stdout).lines], [YOUNG + 5, YOUNG + 5]);
    assert.deepEqual((await place.purge('--keep-hits', '400d')).hits, []);
  });

  it('that is followed is refused too', async (t) => {
    const place = placeIn(t);
    const refused = await place.command('import', '--follow', ...AGES, place.log);
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /Nothing is imported/);
    assert.equal(await place.hits(), 0);
  });
});
