/**
 * Where the nodes that share visitors agree on the salt of a UTC day. Each proposes a random candidate, and all get the
 * same one. Implementations: Redis, a ClickHouse server, another node.
 *
 * - Atomicity: once a salt was returned for a day, every node gets that one. What a source cannot keep of this it says in
 *   its own essay; nodes ask again until the day begins, and adopt the last answer.
 * - Retry: a failed call may be repeated; a candidate that arrives twice is one.
 * - Retention: a salt is destroyed 48 hours after the start of its day.
 */
export interface SaltSource {
  /** For logs and `/readyz`; without anything secret. */
  readonly name: string;
  /**
   * The salt that all nodes use on a day.
   *
   * @param day such as `2026-11-24`
   * @param candidate 16 bytes to propose where there is none; left out, nothing is proposed
   * @returns undefined where there is none
   * @throws Error where the source cannot be reached
   */
  agree(day: string, candidate?: Uint8Array): Promise<Uint8Array | undefined>;
  /** Destroys the salts of days before this one, where they do not expire by themselves. */
  forget(before: string): Promise<void>;
}

/** A source of salts that is to be closed. */
export type ClosableSaltSource = SaltSource & Partial<AsyncDisposable>;
