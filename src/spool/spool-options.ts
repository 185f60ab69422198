import type { Sink } from './sink.ts';

export interface SpoolOptions {
  readonly folder: string;
  /** `disk`: a hit is acknowledged after fdatasync. `process`: after write, which a power cut may undo. */
  readonly durability: 'disk' | 'process';
  /** Bytes on disk at which new hits are refused. */
  readonly maxBytes: number;
  /** Where hits go. The first is the one that questions are asked of. */
  readonly sinks: readonly Sink[];
  readonly log: { info(message: string): void; warn(message: string): void; error(message: string): void };
}
