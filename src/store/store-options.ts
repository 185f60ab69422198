import type { GuardLog } from '../clickhouse/parts/guard.ts';
import type { ImportKey } from '../folder/import-key.ts';

export interface StoreOptions {
  /** `embedded`, or the URL of a ClickHouse server. */
  readonly setting: string;
  /** Folder of the embedded engine. */
  readonly folder: string;
  /** Reports the progress of converting a store of an older version, which may take minutes. */
  readonly onProgress?: (message: string) => void;
  /** Replaces digests of imported logs that earlier versions stored without a key. Default: they stay. */
  readonly importKey?: ImportKey | undefined;
  /** Bytes that the embedded engine may allocate. Default: what the program leaves of the memory that it may use. */
  readonly memory?: number;
  /** Whether to open without a server that does not answer: see `opening.ts`. */
  readonly mayWait?: boolean;
  /** Receives faults of the store and their outcome. Default: none. */
  readonly log?: GuardLog;
}

export const NO_LOG: GuardLog = { info: () => undefined, warn: () => undefined, error: () => undefined };
