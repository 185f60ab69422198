/** The parameters of the ingest benchmark, and the section made of its figures. */

import { HITS_EACH } from './batch-load.ts';
import type { Contender, Contenders } from './contender.ts';
import type { PacedResult } from './paced-load.ts';
import { versionOf } from './program.ts';
import { atLeast, below, type Findings, type Goal, milliseconds, ratio, table, whole } from './results.ts';
import { HUMAN_AGENTS } from './user-agents.ts';

export const CONNECTIONS = [64, 256, 1024];
/** Connections for measuring latency, and for goals. */
export const USUAL_CONNECTIONS = 256;
export const BATCH_CONNECTIONS = 6;
/** The load at which latency is measured, as a share of the maximum reached. */
export const PACED_SHARE = 0.8;
/** Number of pages of the pixels. */
export const DIFFERENT_REQUESTS = 4000;

/** Hits a second of each contender, by connections. */
export type Rates = ReadonlyMap<Contender, ReadonlyMap<number, number>>;

/** Latency at a rate of hits a second. */
export interface Latency {
  readonly rate: number;
  readonly ours: PacedResult;
  /** That of the bare server at the same rate: the share of the client and the machine. */
  readonly bare: PacedResult;
}

export interface IngestFigures {
  readonly rates: Rates;
  readonly latencies: { readonly disk: Latency; readonly process: Latency };
  /** Hits a second. */
  readonly batches: ReadonlyMap<Contender, number>;
}

export function ingestFindings(contenders: Contenders, figures: IngestFigures): Findings {
  return {
    question: 'how many hits a second does one process acknowledge?',
    body: [
      `Pixels (\`GET /hit.gif\`) of ${whole(DIFFERENT_REQUESTS)} pages and ${HUMAN_AGENTS.length} browsers, each answered once the hit is durable: on disk (\`--durability disk\`) or in the kernel (\`process\`). For comparison, with the same requests, two servers that do nothing: \`node:http\`, and nginx with \`return 204\`. Hits a second, medians of alternating runs; after each run the store held what was acknowledged.`,
      pixelTable(contenders, figures.rates),
      `Latency at ${PACED_SHARE * 100} % of the maximum over ${USUAL_CONNECTIONS} connections, sent at a fixed rate and timed from the moment at which each request was due, in milliseconds. The last column is the bare server at the same rate: the share of the client and the machine.`,
      latencyTable(figures.latencies),
      `Batches (\`POST /api/v1/hits\`) of ${whole(HITS_EACH)} hits over ${BATCH_CONNECTIONS} connections; the bare server only parses the JSON.`,
      batchTable(contenders, figures.batches),
    ],
    goals: goalsOf(contenders, figures),
    versions: [versionOf('wrk', '--version'), ...(contenders.nginx ? [versionOf('nginx', '-v')] : [])],
  };
}

function pixelTable({ disk, process, bare, nginx }: Contenders, rates: Rates): string {
  const rows = CONNECTIONS.map((connections) => {
    const rate = (contender: Contender) => rates.get(contender)!.get(connections)!;
    return [
      whole(connections),
      ...[disk, process, bare].map((contender) => whole(rate(contender))),
      nginx ? whole(rate(nginx)) : '–',
      ...[disk, process].map((ours) => ratio(rate(ours) / rate(bare))),
      ...[disk, process].map((ours) => (nginx ? ratio(rate(ours) / rate(nginx)) : '–')),
    ];
  });
  const shares = ['disk / node', 'process / node', 'disk / nginx', 'process / nginx'];
  return table(['connections', 'disk', 'process', 'node:http', 'nginx', ...shares], rows);
}

function latencyTable(latencies: IngestFigures['latencies']): string {
  const rows = Object.entries(latencies).map(([durability, { rate, ours, bare }]) => [
    durability,
    whole(rate),
    ...[ours.p50, ours.p99, ours.p999, ours.max, bare.p99].map(ratio),
  ]);
  return table(['durability', 'hits/s', 'p50', 'p99', 'p99.9', 'most', 'p99 of node:http'], rows);
}

function batchTable({ bare }: Contenders, batches: IngestFigures['batches']): string {
  const rows = [...batches].map(([contender, perSecond]) => [
    contender.name,
    whole(perSecond),
    ratio(perSecond / batches.get(bare)!),
  ]);
  return table(['', 'hits/s', 'of node:http'], rows);
}

function goalsOf({ disk, process, bare }: Contenders, { rates, latencies, batches }: IngestFigures): Goal[] {
  const usual = (contender: Contender) => rates.get(contender)!.get(USUAL_CONNECTIONS)!;
  const over = `of node:http over ${USUAL_CONNECTIONS} connections`;
  return [
    atLeast(`disk, share ${over}`, 0.45, usual(disk) / usual(bare), ratio),
    atLeast(`process, share ${over}`, 0.55, usual(process) / usual(bare), ratio),
    below('disk, p99', 25, latencies.disk.ours.p99, milliseconds),
    atLeast('disk, hits/s in batches', 200_000, batches.get(disk)!, whole),
  ];
}
