/** Lines of a log that were removed before they were read. */
export interface LostLines {
  readonly name: string;
  /** Bytes that were read before. */
  readonly read: number;
  /** Bytes that were seen after those, at least. */
  readonly unread: number;
  /** When the log was last read from, in milliseconds since 1970. */
  readonly readAt: number;
}
