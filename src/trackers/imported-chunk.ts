/** An imported chunk of an access log in the store. */
export interface ImportedChunk {
  readonly parent: string;
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
  readonly lines: number;
  readonly line_breaks: number;
  /** The batch of its hits, if they were purged; else '0' or missing. */
  readonly purged_batch?: string;
  /** Hits of that batch. */
  readonly batch_hits?: number;
  /** Whether a version without a ledger imported it into a store that has since been purged: 0 or 1. */
  readonly is_legacy?: number;
}
