import type { DropReason } from '../../hit/drop-reason.ts';
import type { IntakeOptions } from '../../hit/intake.ts';
import type { IntakeSettings } from '../../hit/intake-settings.ts';
import type { SaltTable } from '../../hit/salts.ts';
import type { BatchOutcome } from '../../trackers/batch-recorder.ts';
import type { HitBatch } from '../../trackers/hit-batch.ts';
import type { SharedDurations } from '../request-durations.ts';

/** Start data of a collector thread. */
export interface CollectorData {
  readonly port: number;
  readonly host: string;
  /** Most connections to the thread. */
  readonly mostConnections: number;
  readonly trustProxy: string;
  readonly clientHeader: string;
  readonly identity: IntakeOptions['identity'];
  /** Whether hits per client are limited. */
  readonly isLimited: boolean;
  /** Per client and day: see `NewVisitors`. */
  readonly maxNewVisitors: number;
  readonly intake: IntakeSettings;
  readonly salts: SaltTable;
  readonly adminToken: string;
  readonly logLevel: string;
  /** Socket on which the main thread answers forwarded requests. */
  readonly mainSocket: string;
  /** Visits over midnight, shared by all threads: see `MidnightVisits`. */
  readonly midnight: SharedArrayBuffer;
  /** Memory for handing over a salt: see `SaltCell`. */
  readonly saltCell: SharedArrayBuffer;
}

/** From a collector thread. */
export type FromCollector =
  | { readonly kind: 'listening'; readonly durations: SharedDurations }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'hits'; readonly id: number; readonly batch: HitBatch }
  | { readonly kind: 'dropped'; readonly reason: DropReason; readonly hits: number }
  | { readonly kind: 'line'; readonly line: string }
  /** The thread waits for today's salt. */
  | { readonly kind: 'salt' }
  | { readonly kind: 'closed' };

/** To a collector thread. */
export type ToCollector =
  | { readonly kind: 'outcome'; readonly id: number; readonly outcome: BatchOutcome }
  | { readonly kind: 'close' };
