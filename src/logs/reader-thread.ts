/** A thread that reads log chunks, so that neither hits nor answers wait for an import. */

import { parentPort, workerData } from 'node:worker_threads';
import { TrustedProxies } from '../hit/address.ts';
import { Intake } from '../hit/intake.ts';
import { type IntakeSettings, settledOptions } from '../hit/intake-settings.ts';
import { RateLimit } from '../hit/rate-limit.ts';
import { DailySalts } from '../hit/salts.ts';
import type { LineRules } from './format.ts';
import { ChunkReader } from './reader.ts';

/** Start data of the thread. */
export interface ReaderThreadData {
  readonly rules: LineRules;
  readonly site: string;
  readonly intake: IntakeSettings;
}

/** A chunk to read. */
export interface ReaderThreadTask {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The last `#Fields:` before the chunk, if the log has any. */
  readonly directive: string | undefined;
}

const data = workerData as ReaderThreadData;
/** Arrival time of the chunk: nothing in it is later. */
let now = Date.now();
const reader = new ChunkReader({
  rules: data.rules,
  site: data.site,
  intake: new Intake({
    ...(await settledOptions(data.intake)),
    proxies: new TrustedProxies('none'),
    limit: RateLimit.parse('off'),
    // Visitors of logs are identified with the import salt alone.
    salts: new DailySalts({ random: (bytes) => new Uint8Array(bytes), now: () => now }),
    identity: 'cookieless',
    now: () => now,
  }),
});

parentPort?.on('message', ({ bytes, directive }: ReaderThreadTask) => {
  now = Date.now();
  const result = reader.read(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), directive);
  // Frees the memory now, instead of at a later garbage collection.
  bytes.buffer.transfer(0);
  const { rows, countedVisitors } = result;
  parentPort?.postMessage(result, [
    rows.buffer as ArrayBuffer,
    countedVisitors.site.buffer as ArrayBuffer,
    countedVisitors.time.buffer as ArrayBuffer,
    countedVisitors.high.buffer as ArrayBuffer,
    countedVisitors.low.buffer as ArrayBuffer,
  ]);
});
