import type { GuardLog } from '../clickhouse/parts/guard.ts';

export interface StoreOptions {
  /** `embedded`, or the URL of a ClickHouse server. */
  readonly setting: string;
  /** Folder of the embedded engine. */
  readonly folder: string;
  /** Reports the progress of converting a store of an older version, which may take minutes. */
  readonly onProgress?: (message: string) => void;
  /** Whether to open without a server that does not answer: see `opening.ts`. */
  readonly mayWait?: boolean;
  /** Receives faults of the store and their outcome. Default: none. */
  readonly log?: GuardLog;
}
