/** How much of a log is stored: all chunks up to one, which identifies them all. */
export interface ImportedTo {
  readonly root: string;
  readonly digest: string;
  /** Bytes of the log, uncompressed. */
  readonly bytes: number;
}

/** Progress of an import. */
export interface ImportProgress {
  /** Bytes read of the source, compressed or not. */
  readonly bytes: number;
  readonly lines: number;
  /** Undefined while nothing is stored. */
  readonly imported?: ImportedTo | undefined;
}
