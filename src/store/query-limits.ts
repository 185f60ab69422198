import { engineShare } from '../clickhouse/engine-share.ts';

/** Limits of a query: the ClickHouse settings of these names. */
export interface QueryLimits {
  readonly max_threads: number;
  /** Seconds; 0 is unlimited. */
  readonly max_execution_time: number;
  /** Bytes. */
  readonly max_memory_usage: number;
  /** Bytes of the result, as columns. Default: unlimited. */
  readonly max_result_bytes?: number;
}

/** Default limits of a query, so that a report neither starves the intake nor crashes the process. */
export const QUERY_LIMITS: QueryLimits = {
  max_threads: 2,
  max_execution_time: 60,
  max_memory_usage: 2_000_000_000,
};

/** The same for work that reads all hits of a site or of days, however long it takes. */
export const UNTIMED_LIMITS: QueryLimits = { ...QUERY_LIMITS, max_execution_time: 0 };

/**
 * Limits for readers without a token, together with those of the query: one of two cores, and less time, since one query at a
 * time runs. The engine pauses queries of a larger priority number while those of a smaller one run.
 */
const ANONYMOUS_LIMITS: QueryLimits = {
  max_threads: 1,
  max_execution_time: 10,
  max_memory_usage: 1_000_000_000,
};
const PRIORITY = { holders: 1, anonymous: 2 } as const;

/** Share of the engine's memory for a query: two of holders and one anonymous run at a time, beside writes. */
const MEMORY_SHARE = { holders: 0.6, anonymous: 0.3 } as const;

/**
 * Limits of a query for the share of its caller.
 *
 * @param memory bytes that the engine may allocate
 */
export function limitsOfCaller(
  asked: QueryLimits,
  memory: number,
): QueryLimits & { readonly priority: number } {
  const { name } = engineShare();
  const priority = PRIORITY[name];
  const most = Math.floor(Math.min(asked.max_memory_usage, memory * MEMORY_SHARE[name]));
  const bounds = { ...asked, max_memory_usage: most };
  if (name === 'holders') return { ...bounds, priority };
  const limits = Object.entries(ANONYMOUS_LIMITS).map(([limit, value]: [string, number]) => {
    const own = bounds[limit as keyof QueryLimits];
    // 0 is unlimited.
    return [limit, own ? Math.min(own, value) : value];
  });
  return { ...bounds, ...Object.fromEntries(limits), priority };
}
