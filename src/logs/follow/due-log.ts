import type { ImportedTo } from '../import-progress.ts';

/** A log to import now. */
export interface DueLog {
  readonly name: string;
  /** Whether it is no longer written to. */
  readonly isClosed: boolean;
  /** Whether it was found beside the logs that are named. */
  readonly isSibling: boolean;
  readonly bytes: AsyncIterable<Buffer>;
  /** Call it with what is in the store. */
  stored(imported: ImportedTo): void;
  /** Call it when the import has ended: all that was read is in the store, or it is not to be read at all. */
  ended(outcome: 'stored' | 'left out'): Promise<void>;
}
