/**
 * Every coded error of Hit Tracker. A fault is thrown as a `HitError`; outcomes that are expected (a dropped
 * hit, a log line that cannot be read) are values, not errors. HTTP and the command line each map errors in
 * one place: `http/problem.ts` and `program.ts`.
 */

/** code → HTTP status. The exit code is in `EXIT_CODE`, else it is 1. */
const STATUS = {
  bad_usage: 400,
  bad_setting: 400,
  invalid: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  too_large: 413,
  unsupported_media_type: 415,
  rate_limited: 429,
  internal: 500,
  spool_full: 503,
  spool_failed: 503,
  store_unavailable: 503,
  store_full: 503,
  engine_memory: 503,
  batch_incomplete: 503,
  batch_rejected: 503,
  batch_out_of_order: 500,
  live_unavailable: 503,
  stream_unavailable: 503,
  overloaded: 503,
  not_ready: 503,
  query_timeout: 504,
  data_dir_locked: 500,
  data_dir_unusable: 500,
  data_dir_newer: 500,
  engine_unavailable: 500,
  node_unsupported: 500,
  port_unavailable: 500,
  import_failed: 500,
  merge_failed: 500,
  archive_failed: 500,
  output_failed: 500,
  move_failed: 500,
  unhealthy: 500,
  interrupted: 503,
} as const;

export type ErrorCode = keyof typeof STATUS;

/** What a shell expects of a command that was used wrongly, and of one that was interrupted. */
const EXIT_CODE: Partial<Record<ErrorCode, number>> = { bad_usage: 2, bad_setting: 2, interrupted: 130 };

/**
 * A fault with a stable code.
 *
 * @example
 * try {
 *   new RateTracker().rate({ seconds: 0 });
 * } catch (error) {
 *   error.code; // 'invalid'
 *   error.message; // 'seconds must be a number from 1 to 34560000, not 0'
 * }
 */
export class HitError extends Error {
  override readonly name = 'HitError';
  readonly code: ErrorCode;
  /** Seconds after which a retry makes sense, where that is known. */
  readonly retryAfter: number | undefined;

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; retryAfter?: number } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.retryAfter = options.retryAfter;
  }

  /** The HTTP status that says this error. */
  get status(): number {
    return STATUS[this.code];
  }

  /** The exit code of a command that ends with this error: 2 for wrong usage, 130 if interrupted, else 1. */
  get exitCode(): number {
    return EXIT_CODE[this.code] ?? 1;
  }
}

/** The message of anything that was thrown, in one line. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.replaceAll(/\s*\n\s*/g, ' ').trim();
}
