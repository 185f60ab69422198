/**
 * Recognizes lines that are stored although their chunk is unknown: of a copy that lacks the beginning, that was edited, or that
 * follows another log in a pipe.
 *
 * A hit of the same visitor, page and status at the same moment is the same line, if nearly all lines of a sample have one. Single
 * lines may not: an agent may load a page twice within a second.
 */

import { HitError } from '../errors.ts';
import type { Hit } from '../hit/hit.ts';
import { ROW_LAYOUT } from '../rows/row-layout.ts';
import { readRows } from '../rows/row-reader.ts';
import type { DBTracker } from '../trackers/db.ts';
import type { ChunkResult } from './reader.ts';

/** Hits of the sample; with fewer than the least, nothing is concluded. */
const SAMPLE = { most: 50, least: 10 };
/** Share of the sample that is stored, from which on all lines count as stored. */
const NEARLY_ALL = 0.9;

const STORED =
  'its lines are stored already: the log seems to be a copy that lacks the beginning or was edited, or it follows another one in a pipe, and its lines would be counted again. Leave it out, or import it anyway with --yes';

/** Checks the new chunks of a log, before they are stored. */
export class StoredLines {
  readonly #db: Pick<DBTracker, 'store' | 'spool'>;
  #sampled = 0;
  #found = 0;

  constructor(db: Pick<DBTracker, 'store' | 'spool'>) {
    this.#db = db;
  }

  /** Begins a sample anew: the last chunk was a known one, and new lines follow. */
  reset(): void {
    this.#sampled = 0;
    this.#found = 0;
  }

  /** @throws HitError `import_failed` if the lines of the chunks since the last known one are stored; `store_unavailable` */
  async check({ rows }: ChunkResult): Promise<void> {
    if (this.#sampled >= SAMPLE.most) return;
    const hits = sampleOf(rows, SAMPLE.most - this.#sampled);
    if (hits.length === 0) return;
    // Lines of an earlier import may be on their way to the store.
    await this.#db.spool.flush();
    const [row] = await this.#db.store.rows<{ found: number }>('hits_stored', {
      sites: hits.map(({ site }) => site),
      times: hits.map(({ time }) => time),
      visitors: `[${hits.map(visitorOf).join()}]`,
      paths: hits.map(({ path }) => path),
      statuses: hits.map(({ status }) => status),
    });
    this.#sampled += hits.length;
    this.#found += row!.found;
    if (this.#sampled < SAMPLE.least || this.#found < this.#sampled * NEARLY_ALL) return;
    throw new HitError('import_failed', STORED);
  }
}

/** Distinct hits, evenly distributed. Those of bots are left out: monitors request the same page from all servers of a site. */
function sampleOf(rows: Uint8Array, most: number): Hit[] {
  const hits = new Map<string, Hit>();
  for (const hit of readRows(Buffer.from(rows.buffer, rows.byteOffset, rows.length), ROW_LAYOUT)) {
    const { site, time, path, status, bot } = hit;
    if (bot === '') hits.set([site, time, visitorOf(hit), status, path].join(' '), hit);
  }
  const every = Math.max(1, hits.size / most);
  const all = [...hits.values()];
  return Array.from({ length: Math.min(most, all.length) }, (_, index) => all[Math.floor(index * every)]!);
}

function visitorOf({ visitorHigh, visitorLow }: Hit): bigint {
  return (BigInt(visitorHigh) << 32n) | BigInt(visitorLow);
}
