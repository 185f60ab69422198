import type { ImportedTo } from '../import-progress.ts';

/** A log to import now. */
export interface DueLog {
  readonly name: string;
  /** Whether it is no longer written to. */
  readonly isClosed: boolean;
  /** Whether it is a rotated sibling of the specified logs. */
  readonly isSibling: boolean;
  readonly bytes: AsyncIterable<Buffer>;
  /** Call it with what the store has. */
  stored(imported: ImportedTo): void;
  /** Call it when the import has ended: everything that was read is stored, or the log must not be read. */
  ended(outcome: 'stored' | 'skipped'): Promise<void>;
}
