/**
 * Do more collector threads accept more hits, and count the same?
 *
 * One load generator and all threads share the machine's cores, so their CPU usage is reported beside the rates: a second
 * thread helps only if there is a core for it.
 */

import { availableParallelism } from 'node:os';
import { type Bench, check } from './bench.ts';
import { TOKEN } from './contender.ts';
import { DIFFERENT_REQUESTS, USUAL_CONNECTIONS } from './ingest-findings.ts';
import { median, ratio, table, whole } from './results.ts';
import { Scratch } from './scratch.ts';
import { type ServerProcess, startHitTracker } from './server-process.ts';
import { storedHits } from './stored-hits.ts';
import { pixelRequests } from './traffic.ts';
import { WRK_MISSING, Wrk } from './wrk.ts';

const THREADS = [1, 2];

/** One run. */
interface Round {
  readonly perSecond: number;
  readonly serverCores: number;
  readonly generatorCores: number;
}

export const threads: Bench = async ({ quick, log }) => {
  using scratch = new Scratch();
  const wrk = Wrk.find(scratch.path('pixel.lua'), pixelRequests(DIFFERENT_REQUESTS));
  if (!wrk) {
    log(WRK_MISSING);
    return undefined;
  }
  await using resources = new AsyncDisposableStack();
  const servers = new Map<number, ServerProcess>();
  for (const count of THREADS) {
    const server = await startHitTracker(scratch.path(`threads-${count}`), 'disk', TOKEN, count);
    servers.set(count, resources.use(server));
  }
  const rounds = new Map<number, Round[]>(THREADS.map((count) => [count, []]));
  const acknowledged = new Map<number, number>(THREADS.map((count) => [count, 0]));
  for (let round = 0; round < (quick ? 1 : 3); round++) {
    for (const [count, server] of servers) {
      const before = server.cpuSeconds;
      const load = { connections: USUAL_CONNECTIONS, seconds: quick ? 2 : 6 };
      const { answered, failed, seconds, perSecond, cores } = await wrk.run(server.url, load);
      check(failed === 0, `${failed} requests failed with ${count} threads`);
      acknowledged.set(count, acknowledged.get(count)! + answered);
      const serverCores = (server.cpuSeconds - before) / seconds;
      rounds.get(count)!.push({ perSecond, serverCores, generatorCores: cores });
      log(`${count} threads: ${whole(perSecond)} hits/s`);
    }
  }
  const visitors: number[] = [];
  for (const [count, server] of servers) {
    const least = acknowledged.get(count)!;
    const stored = await storedHits(server, TOKEN);
    // The generator does not know the answers to requests it abandoned: at most one per connection and round.
    const most = least + USUAL_CONNECTIONS * rounds.get(count)!.length;
    check(stored >= least && stored <= most, `${stored} hits are stored, ${least} were acknowledged`);
    visitors.push(await visitorsOf(server));
  }
  check(new Set(visitors).size === 1, `the same people were counted as ${visitors.join(' and ')}`);

  const of = (count: number, pick: (round: Round) => number) => median(rounds.get(count)!.map(pick));
  const rates = THREADS.map((count) => of(count, ({ perSecond }) => perSecond));
  return {
    question: 'do more collector threads accept more hits, and count the same?',
    body: [
      `Pixels over ${USUAL_CONNECTIONS} connections with \`--durability disk\`, on ${availableParallelism()} cores that the load generator shares. Medians of alternating runs; afterwards the store held what was acknowledged, and each server had counted the same ${whole(visitors[0]!)} visitors.`,
      table(
        ['threads', 'hits/s', 'of one thread', 'cores of the server', 'cores of the generator'],
        THREADS.map((count, i) => [
          String(count),
          whole(rates[i]!),
          ratio(rates[i]! / rates[0]!),
          of(count, ({ serverCores }) => serverCores).toFixed(2),
          of(count, ({ generatorCores }) => generatorCores).toFixed(2),
        ]),
      ),
    ],
    goals: [],
    versions: [],
  };
};

async function visitorsOf(server: ServerProcess): Promise<number> {
  const response = await fetch(`${server.url}/api/v1/live`, {
    headers: { authorization: `Bearer ${TOKEN}` },
  });
  const { total } = (await response.json()) as { total: { visitors: number } };
  return total.visitors;
}
