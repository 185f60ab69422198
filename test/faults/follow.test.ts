import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Program, run } from '../fixtures/command-line.ts';
import { reportFault } from '../fixtures/fault-report.ts';
import { randomHalves } from '../fixtures/random.ts';
import { ROTATIONS, RotatingLog, type Rotation } from '../fixtures/rotating-log.ts';
import { rounds } from '../fixtures/rounds.ts';
import { scaledTimeout, until } from '../fixtures/scaled-timeout.ts';
import { temporaryFolder } from '../fixtures/temporary.ts';

const TIMES = rounds(1000, 20, 50);
/** Rotations after which all lines must be stored, and rotated logs are removed. */
const KEPT = 25;
const SITE = 'followed.example';

test('a follower that is paused, killed or down loses and duplicates no line of a rotated log', {
  timeout: scaledTimeout(rounds(1_800_000, 240_000)),
}, async (t) => {
  const seed = Number(process.env.HIT_TEST_SEED ?? Date.now() % 1_000_000);
  t.diagnostic(`HIT_TEST_SEED=${seed}`);
  const next = randomHalves(seed);
  const random = (below: number) => next() % below;
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, 'logs'));
  const path = join(folder, 'logs', 'access.log');
  const dataDir = join(folder, 'data');
  const log = new RotatingLog(path, random);
  const counts = { kills: 0, serverKills: 0, pauses: 0, downtimes: 0 };
  const rotations = Object.fromEntries(ROTATIONS.map((how) => [how, 0])) as Record<Rotation, number>;
  let server = serve();
  let [url] = await server.said(/http:\S+/);
  let follower: Program | undefined = follow();

  function serve(): Program {
    const where = ['--host', '127.0.0.1', '--port', '0', '--data-dir', dataDir];
    return new Program(['serve', '--public', '--log-level', 'silent', ...where]);
  }
  function follow(): Program {
    return new Program(['import', '--follow', '--json', '--data-dir', dataDir, '--site', SITE, path]);
  }
  async function stored(): Promise<number> {
    if (follower && follower.child.exitCode !== null)
      throw new Error(`the follower ended: ${follower.stderr}`);
    const response = await fetch(`${url}/api/v1/stats?site=${SITE}`);
    // It is starting, and restores its live counts.
    if (!response.ok) return 0;
    return ((await response.json()) as { totals: { hits: number } }).totals.hits;
  }
  async function kill(program: Program): Promise<void> {
    program.child.kill('SIGKILL');
    await program.ended;
  }

  for (let i = 1; i <= TIMES; i++) {
    log.write(1 + random(random(4) === 0 ? 300 : 20));
    await sleep(random(random(4) === 0 ? 800 : 100));
    const fault = random(10);
    if (fault === 0) {
      counts.pauses++;
      follower?.child.kill('SIGSTOP');
      log.write(random(20));
      for (let more = random(3); more >= 0; more--) await rotate();
      await sleep(random(300));
      follower?.child.kill('SIGCONT');
    } else if (fault === 1 && follower) {
      counts.kills++;
      await kill(follower);
      follower = undefined;
      if (random(2) === 0) follower = follow();
      else counts.downtimes++;
    } else if (fault === 2 && random(4) === 0) {
      counts.serverKills++;
      await kill(server);
      // It ends by itself if the server was its store; if it had just started, it has the store now.
      await follower?.stop();
      follower = undefined;
      log.write(random(20));
      await rotate();
      server = serve();
      [url] = await server.said(/http:\S+/);
    }
    await rotate();
    if (follower === undefined && random(3) === 0) follower = follow();
    if (i % KEPT !== 0) continue;
    follower ??= follow();
    await until(`${log.lines} hits`, async () => (await stored()) >= log.lines, 60_000);
    // A follower that was killed reads again what it had not saved.
    await until('all logs to be read again', () => readBytes(dataDir) === log.bytes, 60_000);
    log.forget();
  }

  async function rotate(): Promise<void> {
    const how = ROTATIONS[random(ROTATIONS.length)]!;
    rotations[how]++;
    if (!log.exists) log.write(1);
    await log.rotate(how);
  }

  follower ??= follow();
  await until('all hits', async () => (await stored()) >= log.lines, 60_000);
  const { stdout } = await follower.stop();
  assert.deepEqual(JSON.parse(stdout).lost ?? [], []);
  await server.stop();
  const times = new Map<string, number>();
  const exported = await run(['export', '--format', 'ndjson', '--data-dir', dataDir, '--site', SITE]);
  for (const line of exported.stdout.trim().split('\n')) {
    const { path } = JSON.parse(line) as { path: string };
    times.set(path, (times.get(path) ?? 0) + 1);
  }
  const lost = Array.from({ length: log.lines }, (_, i) => `/${i}`).filter((path) => !times.has(path));
  const doubled = [...times].filter(([, count]) => count > 1).map(([path]) => path);
  t.diagnostic(`${JSON.stringify(rotations)} ${JSON.stringify(counts)}`);
  reportFault(t, {
    fault: 'rotation of a followed log',
    caused:
      'rotated in five ways, while the follower is paused, killed with kill -9 or down, and its server killed',
    times: Object.values(rotations).reduce((a, b) => a + b),
    acknowledged: log.lines,
    stored: [...times.values()].reduce((a, b) => a + b),
    lost: lost.length,
    doubled: doubled.length,
    recovery: null,
  });
  assert.deepEqual([lost, doubled], [[], []], `seed ${seed}`);
});

/** Bytes that were read of all logs of which files are left. */
function readBytes(dataDir: string): number {
  const folder = join(dataDir, 'follow');
  const logs = readdirSync(folder).flatMap((name) => {
    const { logs } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { logs: { position: number }[] };
    return logs;
  });
  return logs.reduce((sum, { position }) => sum + position, 0);
}
