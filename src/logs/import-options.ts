import type { Live } from '../live/live.ts';
import type { LogFormatChoice } from '../settings/log-format.ts';
import type { DBTracker } from '../trackers/db.ts';
import type { StatedRules } from './format-detection.ts';
import type { ReaderThreadData } from './reader-thread.ts';

/** Options of an import. */
export interface ImportOptions extends StatedRules {
  /** Site of lines that name no host. Default `localhost`. */
  readonly site: string | undefined;
  readonly format: LogFormatChoice;
  /** Whether the log grows, so that available data is taken without waiting for more. */
  readonly follow: boolean;
  /** Whether to refuse a log that seems to be a copy of an imported one, shorter or edited. Default: no. */
  readonly refuseCopies?: boolean;
  /** Whether to restore purged hits of logs that a version without a ledger imported. Default: no. */
  readonly restorePurged?: boolean;
}

export interface LogImporterOptions extends Pick<ReaderThreadData, 'intake'> {
  readonly db: DBTracker;
  /** Live state that counts the hits too. */
  readonly live: Live | undefined;
  /** Called with each site of counted hits. */
  readonly onSite?: (site: string) => void;
  /** Log bytes that a thread reads at once. Default 2 MiB. */
  readonly chunkBytes?: number;
}
