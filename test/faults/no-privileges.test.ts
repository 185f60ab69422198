/** A server that may do nothing but write to its data folder counts as any other: as the image and the manifests run it. */

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { CLI, findProgram, killAtExit } from '../../bench/program.ts';
import { LISTENING } from '../fixtures/any-server.ts';
import { scaledTimeout } from '../fixtures/scaled-timeout.ts';
import { temporaryFolder } from '../fixtures/temporary.ts';

const ROOT = join(import.meta.dirname, '../..');
const unshare = findProgram('unshare') ?? 'unshare';
const mayIsolate =
  process.getuid?.() === 0 &&
  findProgram('setpriv') !== undefined &&
  spawnSync(unshare, ['--mount', 'true']).status === 0;
const options = {
  skip: mayIsolate ? false : 'needs root on Linux, with unshare and setpriv',
  timeout: scaledTimeout(60_000),
};

/**
 * In a mount namespace of its own: the data folder ($1) can be written to, all else cannot. The checkout ($2) and Node ($3) may be in
 * a folder that only root can enter, so they are mounted elsewhere ($4, $5).
 */
const ISOLATED = `
mount --make-rprivate /
mount --bind "$2" "$4"
mount --bind "$3" "$5"
mount --bind "$1" "$1"
mount -o remount,bind,ro /
! touch /written 2>/dev/null || exit 9
cd "$4"
node=$5 data=$1 cli=$6
exec setpriv --reuid 1000 --regid 1000 --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all \\
  "$node/$7" "$cli" serve --port 0 --data-dir "$data"
`;

it(
  'a server without root, capabilities and a writable root counts hits and stores them',
  options,
  async (t) => {
    const folder = temporaryFolder(t);
    chmodSync(folder, 0o755);
    const [data, checkout, node] = ['data', 'checkout', 'node'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    for (const each of [data, checkout, node]) mkdirSync(each);
    chmodSync(data, 0o777);
    const program = process.execPath;
    const args = [data, ROOT, join(program, '..'), checkout, node, CLI.slice(ROOT.length + 1), 'node'];
    const child = spawn(unshare, ['--mount', 'bash', '-eu', '-c', ISOLATED, 'isolated', ...args]);
    killAtExit(child);
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    t.after(async () => {
      child.kill('SIGKILL');
      await ended;
    });
    let said = '';
    const port = await new Promise<string>((resolve, reject) => {
      const hear = (text: Buffer) => {
        said += text;
        const [, found] = LISTENING.exec(said) ?? [];
        if (found !== undefined) resolve(found);
      };
      child.stdout.on('data', hear);
      child.stderr.on('data', hear);
      void ended.then((code) => reject(new Error(`it ended with ${code}: ${said}`)));
    });

    const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
    assert.match(status, /^Uid:\t1000\t1000\t1000\t1000$/m);
    for (const kind of ['CapPrm', 'CapEff', 'CapBnd', 'CapAmb'])
      assert.match(status, new RegExp(`^${kind}:\t0{16}$`, 'm'));

    const url = `http://127.0.0.1:${port}`;
    for (let hit = 1; hit <= 3; hit++) {
      const text = await (await fetch(url)).text();
      assert.match(text, new RegExp(`from total ${hit} hits`));
    }
    const { adminToken } = JSON.parse(readFileSync(join(data, 'secrets.json'), 'utf8')) as {
      adminToken: string;
    };
    const stats = await fetch(`${url}/api/v1/stats`, { headers: { authorization: `Bearer ${adminToken}` } });
    assert.deepEqual(((await stats.json()) as { totals: object }).totals, { hits: 3, visitors: 1 });
    child.kill('SIGTERM');
    assert.equal(await ended, 0, said);
    assert.doesNotMatch(said, /EROFS|EACCES|EPERM|"level":[56]0/);
  },
);
