import type { Sink } from './sink.ts';

export interface SpoolOptions {
  readonly folder: string;
  /** `disk`: a hit is acknowledged after fdatasync. `process`: after write, which a power failure may undo. */
  readonly durability: 'disk' | 'process';
  /** Bytes on disk at which new hits are rejected. */
  readonly maxBytes: number;
  /** Destinations of hits. The first one answers queries. */
  readonly sinks: readonly Sink[];
  /** Bytes at which a segment is always finished. Default: 32 MiB. */
  readonly segmentBytes?: number;
  readonly log: { info(message: string): void; warn(message: string): void; error(message: string): void };
}
