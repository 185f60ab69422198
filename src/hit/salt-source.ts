/**
 * A source on which nodes that share visitors agree on the salt of a UTC day. Each proposes a random candidate, and all
 * get the same one. Implementations: Redis, a ClickHouse server, another node.
 *
 * - Atomicity: once a salt was returned for a day, every node gets that one. Each source documents its exceptions; nodes
 *   ask again until the day begins, and adopt the last answer.
 * - Retry: a failed call may be repeated; a candidate that arrives twice counts once.
 * - Retention: a salt is destroyed 48 hours after the start of its day.
 */
export interface SaltSource {
  /** For logs and `/readyz`; contains no secrets. */
  readonly name: string;
  /**
   * The salt that all nodes use on a day.
   *
   * @param day such as `2026-11-24`
   * @param candidate 16 bytes to propose if there is no salt; if omitted, nothing is proposed
   * @returns undefined if there is no salt
   * @throws Error if the source cannot be reached
   */
  agree(day: string, candidate?: Uint8Array): Promise<Uint8Array | undefined>;
  /** Destroys the salts of days before this one, unless they expire by themselves. */
  forget(before: string): Promise<void>;
}

/** A source of salts that must be closed. */
export type ClosableSaltSource = SaltSource & Partial<AsyncDisposable>;
