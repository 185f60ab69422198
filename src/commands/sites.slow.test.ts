import assert from 'node:assert/strict';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { placeEmptyStore } from '../../test/fixtures/empty-store.ts';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import { typed } from '../../test/fixtures/typed-command.ts';
import { readSettings } from '../config.ts';
import { Resources } from '../query/resources/resources.ts';
import { SITES_SETTINGS } from '../settings/sites.ts';
import { DBTracker } from '../trackers/db.ts';
import { sites } from './sites.ts';

test('the sites command lists sites, and deletes one that is confirmed', async (t) => {
  const data = join(temporaryFolder(t), 'data');
  placeEmptyStore(join(data, 'store'));
  {
    await using db = await DBTracker.open({ dataDir: data });
    for (const visitor of ['a', 'b'])
      for (const host of ['one.example', 'two.example']) await db.track({ visitor, site: host });
  }
  const goal = { name: 'start', action: { kind: 'page', page: '/' } };
  new Resources(data).create('goals', 'one.example', goal);
  const flags = ['--data-dir', data];
  const list = await typed(sites, ['list', ...flags]);
  assert.match(list.stdout, /^one\.example: 2 hits, 2 visitors, .*\ntwo\.example: 2 hits/);
  const unconfirmed = await typed(sites, ['delete', 'one.example', ...flags]);
  assert.equal(unconfirmed.code, 2);
  assert.match(
    unconfirmed.stderr,
    /one\.example, which has 2 hits, .*confirm it with --yes\. Nothing is deleted/,
  );
  assert.equal(await answered('two.example\n'), 'that is not one.example: nothing is deleted');
  const missing = await typed(sites, ['delete', 'one.exampel', '--yes', ...flags]);
  assert.equal(missing.code, 1);
  assert.match(missing.stderr, /there is no site one\.exampel \(did you mean "one\.example"\?\)/);
  assert.equal(await answered('One.Example\n'), 'Deleted one.example: 2 stored hits, 2 visits.\n');
  assert.deepEqual(new Resources(data).list('goals', 'one.example'), []);
  const rest = JSON.parse((await typed(sites, ['list', '--json', ...flags])).stdout);
  assert.deepEqual(
    rest.sites.map(({ site }: { site: string }) => site),
    ['two.example'],
  );

  /** What the command prints, or its error, if a person types this. */
  async function answered(text: string): Promise<string> {
    const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
    const terminal = Object.assign(stdin, { isTTY: true });
    stdin.write(text);
    stderr.resume();
    const { values } = readSettings(SITES_SETTINGS, flags, {});
    const { signal } = new AbortController();
    const streams = { stdin: terminal, stdout, stderr: Object.assign(stderr, { isTTY: true }) };
    return sites.run(values, ['delete', 'one.example'], { ...streams, interruption: () => signal }).then(
      () => String(stdout.read()),
      (error: Error) => error.message,
    );
  }
});

test('a wrong subcommand of sites is refused', async () => {
  for (const [args, message] of [
    [[], /a subcommand is missing: list, delete/],
    [['delet'], /did you mean "delete"\?/],
    [['delete'], /name the site to delete/],
    [['delete', 'no host'], /is not a host name/],
    [['list', 'x'], /"x" is not expected here/],
  ] as const) {
    const { code, stderr } = await typed(sites, args);
    assert.equal(code, 2);
    assert.match(stderr, message);
  }
});
