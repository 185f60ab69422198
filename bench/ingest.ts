/**
 * How many hits a second does one process acknowledge as durable, how long does an answer take under load, and what
 * share of the machine's limit is that?
 *
 * The limits are servers that do nothing: `node:http`, on which we build, and nginx. All get the same requests,
 * alternating, so that other load on the machine affects each of them.
 */

import { join } from 'node:path';
import type { BatchResult } from './batch-load.ts';
import { type Bench, type BenchOptions, check } from './bench.ts';
import { Contender, type Contenders, TOKEN } from './contender.ts';
import {
  BATCH_CONNECTIONS,
  CONNECTIONS,
  DIFFERENT_REQUESTS,
  ingestFindings,
  type Latency,
  PACED_SHARE,
  type Rates,
  USUAL_CONNECTIONS,
} from './ingest-findings.ts';
import type { PacedResult } from './paced-load.ts';
import { run } from './program.ts';
import { median, milliseconds, whole } from './results.ts';
import { Scratch } from './scratch.ts';
import { pixelRequests } from './traffic.ts';
import { WRK_MISSING, Wrk } from './wrk.ts';

const PACED_LOAD = join(import.meta.dirname, 'paced-load.ts');
const BATCH_LOAD = join(import.meta.dirname, 'batch-load.ts');
const NGINX_MISSING =
  'nginx is not on the PATH and left out: apt-get install nginx-light, or brew install nginx';

/** Lengths of the runs, in seconds. */
interface Plan {
  readonly rounds: number;
  readonly seconds: number;
  readonly pacedSeconds: number;
}

const FULL: Plan = { rounds: 3, seconds: 6, pacedSeconds: 10 };
const QUICK: Plan = { rounds: 1, seconds: 2, pacedSeconds: 3 };

export const ingest: Bench = async (options) => {
  using scratch = new Scratch();
  const wrk = Wrk.find(scratch.path('pixel.lua'), pixelRequests(DIFFERENT_REQUESTS));
  if (!wrk) {
    options.log(WRK_MISSING);
    return undefined;
  }
  await using resources = new AsyncDisposableStack();
  const contenders = await Contender.startAll(scratch, resources);
  if (!contenders.nginx) options.log(NGINX_MISSING);
  const race = new Race(contenders, wrk, options.quick ? QUICK : FULL, options.log);
  const rates = await race.pixels();
  const latencies = {
    disk: await race.latency(contenders.disk, rates),
    process: await race.latency(contenders.process, rates),
  };
  return ingestFindings(contenders, { rates, latencies, batches: await race.batches() });
};

/** The alternating runs. */
class Race {
  readonly #contenders: Contenders;
  readonly #wrk: Wrk;
  readonly #plan: Plan;
  readonly #log: BenchOptions['log'];

  constructor(contenders: Contenders, wrk: Wrk, plan: Plan, log: BenchOptions['log']) {
    this.#contenders = contenders;
    this.#wrk = wrk;
    this.#plan = plan;
    this.#log = log;
  }

  /** Pixels as fast as they are answered. */
  async pixels(): Promise<Rates> {
    const { disk, process, bare, nginx } = this.#contenders;
    const all = [disk, process, bare, ...(nginx ? [nginx] : [])];
    // Warm-up: code is compiled and caches are filled before anything counts.
    for (const contender of all) await this.#pixels(contender, USUAL_CONNECTIONS);
    const runs = new Map(all.map((contender) => [contender, new Map<number, number[]>()]));
    for (let round = 0; round < this.#plan.rounds; round++) {
      for (const connections of CONNECTIONS) {
        for (const contender of all) {
          const perSecond = await this.#pixels(contender, connections);
          this.#log(`${contender.name}, ${connections} connections: ${whole(perSecond)} hits/s`);
          const byConnections = runs.get(contender)!;
          byConnections.set(connections, [...(byConnections.get(connections) ?? []), perSecond]);
        }
      }
    }
    return new Map(
      [...runs].map(([contender, by]) => [
        contender,
        new Map([...by].map(([connections, perSecond]) => [connections, median(perSecond)])),
      ]),
    );
  }

  async #pixels(contender: Contender, connections: number): Promise<number> {
    const { seconds } = this.#plan;
    const result = await contender.race(
      (server) => this.#wrk.run(server.url, { connections, seconds }),
      // At the end wrk closes its connections, each with up to one pending request.
      ({ answered }) => ({ least: answered, most: answered + connections }),
    );
    check(result.failed === 0, `${contender.name} failed ${result.failed} requests`);
    return result.perSecond;
  }

  /** Pixels at a fixed rate. */
  async latency(contender: Contender, rates: Rates): Promise<Latency> {
    const rate = Math.round(PACED_SHARE * rates.get(contender)!.get(USUAL_CONNECTIONS)!);
    const { bare } = this.#contenders;
    const runs = new Map<Contender, PacedResult[]>([contender, bare].map((who) => [who, []]));
    for (let round = 0; round < this.#plan.rounds; round++) {
      for (const [who, results] of runs) {
        const result = await this.#paced(who, rate);
        this.#log(`${who.name} at ${whole(rate)} hits/s: p99 ${milliseconds(result.p99)}`);
        results.push(result);
      }
    }
    return { rate, ours: usualOf(runs.get(contender)!), bare: usualOf(runs.get(bare)!) };
  }

  async #paced(contender: Contender, rate: number): Promise<PacedResult> {
    const result = await contender.race(
      (server) =>
        program<PacedResult>(PACED_LOAD, {
          port: server.port,
          rate,
          seconds: this.#plan.pacedSeconds,
          connections: USUAL_CONNECTIONS,
        }),
      ({ acknowledged }) => ({ least: acknowledged, most: acknowledged }),
    );
    check(result.refused === 0, `${contender.name} refused ${result.refused} requests`);
    return result;
  }

  /** Hits a second in batches, for each contender that accepts them. */
  async batches(): Promise<ReadonlyMap<Contender, number>> {
    const { disk, process, bare } = this.#contenders;
    const runs = new Map<Contender, number[]>([disk, process, bare].map((contender) => [contender, []]));
    for (const contender of runs.keys()) await this.#batches(contender);
    for (let round = 0; round < this.#plan.rounds; round++) {
      for (const [contender, perSecond] of runs) {
        const { accepted, seconds } = await this.#batches(contender);
        this.#log(`${contender.name}, batches: ${whole(accepted / seconds)} hits/s`);
        perSecond.push(accepted / seconds);
      }
    }
    return new Map([...runs].map(([contender, perSecond]) => [contender, median(perSecond)]));
  }

  async #batches(contender: Contender): Promise<BatchResult> {
    const { seconds } = this.#plan;
    const result = await contender.race(
      ({ port }) =>
        program<BatchResult>(BATCH_LOAD, { port, token: TOKEN, seconds, connections: BATCH_CONNECTIONS }),
      ({ accepted }) => ({ least: accepted, most: accepted }),
    );
    check(result.missing === 0, `${contender.name} did not accept ${result.missing} hits of batches`);
    return result;
  }
}

/** The run with the median p99. */
function usualOf(runs: readonly PacedResult[]): PacedResult {
  return runs.toSorted((a, b) => a.p99 - b.p99)[runs.length >> 1]!;
}

/** Runs one of the load programs, which prints its result as JSON. */
async function program<Result>(
  file: string,
  settings: Readonly<Record<string, string | number>>,
): Promise<Result> {
  const flags = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  return JSON.parse((await run(process.execPath, [file, ...flags])).stdout);
}
