/**
 * How much do readers without a token delay an administrator, and hits?
 *
 * With `--public`, anyone may send expensive queries. Rounds with none, two and forty readers alternate, as other programs of the
 * machine change what it can do from minute to minute: so the ratios of a round say more than its figures.
 */

import { Agent } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AnonymousReaders, get } from './anonymous-readers.ts';
import { type Bench, check } from './bench.ts';
import { TOKEN } from './contender.ts';
import type { PacedResult } from './paced-load.ts';
import { run } from './program.ts';
import { below, median, milliseconds, ratio, table, whole } from './results.ts';
import { Scratch } from './scratch.ts';
import { type ServerProcess, startHitTracker } from './server-process.ts';
import { storedHits } from './stored-hits.ts';
import { PERIOD_DAYS, sendPeriod } from './stored-period.ts';

const PACED_LOAD = join(import.meta.dirname, 'paced-load.ts');
const DAY = 86_400_000;
const SITE = 'busy.example';
const HITS = 100_000;
const PAGES = 5000;
/** The figures of a round are for these numbers of readers. */
const READERS = [0, 2, 40] as const;
const AUTHORIZED = { authorization: `Bearer ${TOKEN}` };
/** Queries of the administrator in a round, and milliseconds between two. */
const QUERIES = 40;
const PAUSE_MS = 20;
/** Hits a second, and connections: a busy site, far from what the server can take. */
const HIT_RATE = 200;
const CONNECTIONS = 32;

/** The figures of one round and number of readers. */
interface Round {
  /** Of the administrator's queries, in milliseconds. */
  readonly p50: number;
  readonly p95: number;
  /** Of hits, in milliseconds. */
  readonly hits: PacedResult;
  /** Answers that the readers got in a second. */
  readonly answersPerSecond: number;
}

export const readers: Bench = async ({ quick, log }) => {
  using scratch = new Scratch();
  await using server = await startHitTracker(scratch.path('data'), 'disk', TOKEN, 1, [
    '--public',
    ...['--rate-limit', 'off'],
  ]);
  const hits = quick ? HITS / 10 : HITS;
  await sendPeriod(server.port, TOKEN, { site: SITE, hits, pages: PAGES });
  check((await storedHits(server, TOKEN)) === hits, 'not all hits are stored');
  await checkAnswers(server);
  const rounds = new Map<number, Round[]>(READERS.map((count) => [count, []]));
  let queries = 0;
  for (let round = 0; round < (quick ? 1 : 4); round++) {
    for (const count of READERS) {
      const measured = await measure(server, count, () => expensive(queries++), quick);
      rounds.get(count)!.push(measured);
      log(
        `${count} readers: p95 of queries ${milliseconds(measured.p95)}, p99 of hits ${milliseconds(measured.hits.p99)}, ${ratio(measured.answersPerSecond)} answers/s`,
      );
    }
  }
  return findings(rounds, hits);
};

/** A query that reads all hits twice, unlike any other. */
function expensive(query: number): string {
  const filter = encodeURIComponent(`path=/page-*${query % 97}*|/page-${query}`);
  const period = `from=${dayOf(PERIOD_DAYS / 2)}&to=${dayOf(0)}`;
  return `/api/v1/stats?site=${SITE}&${period}&interval=day&compare=previous&metrics=visits,visitors&filter=${filter}`;
}

function weekOf(): string {
  return `/api/v1/stats?site=${SITE}&from=${dayOf(7)}&to=${dayOf(0)}&interval=day`;
}

function dayOf(daysAgo: number): string {
  return new Date(Date.now() - daysAgo * DAY).toISOString().slice(0, 10);
}

/** Readers without a token get what the administrator gets. */
async function checkAnswers({ port }: ServerProcess): Promise<void> {
  for (const path of [expensive(0), weekOf()]) {
    const [own, anonymous] = [await get(port, path, AUTHORIZED), await get(port, path, {})];
    const isSame = own.status === 200 && own.text === anonymous.text;
    check(isSame, `${path} answered ${own.text.slice(0, 500)} and ${anonymous.text.slice(0, 500)}`);
  }
}

async function measure(
  server: ServerProcess,
  count: number,
  next: () => string,
  quick: boolean,
): Promise<Round> {
  const working = new AnonymousReaders(server.port, count, next);
  await sleep(1000);
  const { p50, p95 } = await administrator(server.port, quick ? 20 : QUERIES);
  const hits = await paced(server.port, quick ? 2 : 10);
  const { statuses, seconds } = await working.end();
  const answers = statuses[200] ?? 0;
  const refused = Object.entries(statuses).filter(([status]) => status !== '200');
  check(
    refused.every(([status]) => status === '503'),
    `readers got ${JSON.stringify(statuses)}`,
  );
  check(count === 0 || answers > 0, 'readers got no answer');
  return { p50, p95, hits, answersPerSecond: answers / seconds };
}

/** An administrator who looks at a week, again and again. */
async function administrator(port: number, count: number): Promise<{ p50: number; p95: number }> {
  const agent = new Agent({ keepAlive: true });
  const times: number[] = [];
  for (let query = 0; query < count; query++) {
    const began = performance.now();
    const { status, text } = await get(port, weekOf(), AUTHORIZED, agent);
    times.push(performance.now() - began);
    check(status === 200, `the administrator got ${status}: ${text}`);
    await sleep(PAUSE_MS);
  }
  agent.destroy();
  times.sort((a, b) => a - b);
  return { p50: median(times), p95: times[Math.floor(count * 0.95)]! };
}

async function paced(port: number, seconds: number): Promise<PacedResult> {
  const options = { port, rate: HIT_RATE, seconds, connections: CONNECTIONS };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const { stdout } = await run(process.execPath, [PACED_LOAD, ...args]);
  const result = JSON.parse(stdout) as PacedResult;
  check(result.refused === 0, `${result.refused} hits were refused`);
  return result;
}

function findings(rounds: ReadonlyMap<number, readonly Round[]>, hits: number) {
  const of = (count: number, pick: (round: Round) => number) => median(rounds.get(count)!.map(pick));
  const alone = rounds.get(0)!;
  /** The median of the ratios of each round to the one without readers beside it. */
  const slowdown = (count: number) =>
    median(rounds.get(count)!.map(({ p95 }, round) => p95 / alone[round]!.p95));
  const most = READERS.at(-1)!;
  return {
    question: 'how much do readers without a token delay an administrator, and hits?',
    body: [
      `A site of ${whole(hits)} hits in ${PERIOD_DAYS} days. Each reader sends one query of half of them after another, with a filter and a comparison, none twice. An administrator looks at a week ${QUERIES} times; then come ${HIT_RATE} hits a second. Medians of ${alone.length} rounds, which alternate; answers to readers equal those to the administrator.`,
      table(
        ['readers', 'p50 of the administrator', 'p95', 'p95 of alone', 'p99 of hits', 'answers to readers/s'],
        READERS.map((count) => [
          String(count),
          milliseconds(of(count, ({ p50 }) => p50)),
          milliseconds(of(count, ({ p95 }) => p95)),
          ratio(slowdown(count)),
          milliseconds(of(count, (round) => round.hits.p99)),
          ratio(of(count, ({ answersPerSecond }) => answersPerSecond)),
        ]),
      ),
    ],
    goals: [
      below(`p95 of the administrator beside ${most} readers, of that alone`, 3, slowdown(most), ratio),
      below(
        `p99 of hits beside ${most} readers`,
        20,
        of(most, (round) => round.hits.p99),
        milliseconds,
      ),
    ],
    versions: [],
  };
}
