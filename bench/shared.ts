/**
 * What does it cost to share live counts over Redis?
 *
 * The same load for a server that keeps them in memory and for one that keeps them in a Redis on this machine, which takes
 * a share of its cores: a Redis elsewhere would cost network time instead.
 */
import { spawn } from 'node:child_process';
import { type Bench, check } from './bench.ts';
import { TOKEN } from './contender.ts';
import { DIFFERENT_REQUESTS, USUAL_CONNECTIONS } from './ingest-findings.ts';
import { cpuTime, findProgram, killAtExit, stop, versionOf } from './program.ts';
import { median, ratio, table, whole } from './results.ts';
import { Scratch } from './scratch.ts';
import { freePort, type ServerProcess, startHitTracker } from './server-process.ts';
import { pixelRequests } from './traffic.ts';
import { WRK_MISSING, Wrk } from './wrk.ts';

const MISSING = 'redis-server is not on the PATH: apt-get install redis-server, or brew install redis';

interface Counts {
  readonly hits: number;
  readonly visitors: number;
  /** Script calls since the start; 0 in memory. */
  readonly calls: number;
  /** CPU seconds of Redis; 0 in memory. */
  readonly redisSeconds: number;
}

export const shared: Bench = async ({ quick, log }) => {
  using scratch = new Scratch();
  const wrk = Wrk.find(scratch.path('pixel.lua'), pixelRequests(DIFFERENT_REQUESTS));
  const program = findProgram('redis-server');
  if (!wrk || program === undefined) {
    log(wrk ? MISSING : WRK_MISSING);
    return undefined;
  }
  await using resources = new AsyncDisposableStack();
  const port = await freePort();
  const place = ['--port', String(port), '--bind', '127.0.0.1', '--dir', scratch.folder];
  const redis = spawn(program, [...place, '--appendonly', 'yes', '--save', ''], { stdio: 'ignore' });
  killAtExit(redis);
  resources.defer(() => stop(redis));
  const servers = new Map<string, ServerProcess>();
  for (const live of ['memory', `redis://127.0.0.1:${port}`]) {
    const folder = scratch.path(live.slice(0, 5));
    const server = await startHitTracker(folder, 'disk', TOKEN, 1, ['--live', live]);
    servers.set(live.replace(/:.*/, ''), resources.use(server));
  }
  const rates = new Map<string, number[]>();
  const answered = new Map<string, number>();
  for (let round = 0; round < (quick ? 1 : 3); round++) {
    for (const [live, server] of servers) {
      const result = await wrk.run(server.url, { connections: USUAL_CONNECTIONS, seconds: quick ? 2 : 6 });
      check(result.failed === 0, `${result.failed} requests failed with live counts in ${live}`);
      rates.set(live, [...(rates.get(live) ?? []), result.perSecond]);
      answered.set(live, (answered.get(live) ?? 0) + result.answered);
      log(`${live}: ${whole(result.perSecond)} hits/s`);
    }
  }
  const rows: string[][] = [];
  const found = new Map<string, Counts>();
  for (const [live, server] of servers) {
    const counts = await countsOf(server, live === 'redis' ? redis.pid : undefined);
    const least = answered.get(live)!;
    const most = least + USUAL_CONNECTIONS * rates.get(live)!.length;
    check(
      counts.hits >= least && counts.hits <= most,
      `${counts.hits} hits are counted in ${live}, not ${least}`,
    );
    found.set(live, counts);
    rows.push([
      live,
      whole(median(rates.get(live)!)),
      counts.calls === 0 ? '' : (counts.calls / counts.hits).toFixed(4),
      counts.calls === 0 ? '' : `${ratio((counts.redisSeconds / counts.hits) * 1e6)} µs`,
      whole(counts.visitors),
    ]);
  }
  const [memory, remote] = ['memory', 'redis'].map((live) => found.get(live)!.visitors) as [number, number];
  check(Math.abs(remote / memory - 1) < 0.05, `${memory} visitors in memory, ${remote} in Redis`);
  return {
    question: 'what does it cost to share live counts over Redis?',
    body: [
      `Pixels over ${USUAL_CONNECTIONS} connections with \`--durability disk\`; server, Redis and load generator share the cores. Medians of alternating runs. Redis keeps a log that it syncs every second. It estimates visitors (HyperLogLog); memory counts them almost exactly.`,
      table(['live counts in', 'hits/s', 'Redis calls per hit', 'Redis time per hit', 'visitors'], rows),
      `With Redis the server takes ${ratio(median(rates.get('redis')!) / median(rates.get('memory')!))} of the hits.`,
    ],
    goals: [],
    versions: [versionOf('redis-server', '--version')],
  };
};

/** @param redis process of the Redis that it uses */
async function countsOf(server: ServerProcess, redis: number | undefined): Promise<Counts> {
  const headers = { authorization: `Bearer ${TOKEN}` };
  const live = await fetch(`${server.url}/api/v1/live`, { headers });
  const { total } = (await live.json()) as { total: { hits: number; visitors: number } };
  const metrics = await (await fetch(`${server.url}/metrics`, { headers })).text();
  const calls = /^hit_tracker_live_redis_calls_total (\d+)$/m.exec(metrics)?.[1];
  return { ...total, calls: Number(calls ?? 0), redisSeconds: cpuTime(redis) ?? 0 };
}
