/**
 * Watermarks record which batches a step has processed, as one number for each writer.
 *
 * The low 22 bits of a batch id are its writer: a run of a program, or a Kafka partition. A writer's batches enter the
 * store in ascending order of their ids, which the spool and the ledger assert. So the last batch of each writer stands for
 * all before it: a batch is processed if `batch <= watermark of its writer`.
 */

/** Writer → its last batch. */
export type Watermarks = ReadonlyMap<number, bigint>;

const WRITER_MASK = 0x3f_ffffn;

/** The writer of a batch: a number of 22 bits. */
export function writerOf(batch: bigint): number {
  return Number(batch & WRITER_MASK);
}

/** SQL: the writer of a batch. */
export function writerSql(batch = 'batch'): string {
  return `bitAnd(${batch}, 4194303)`;
}

/**
 * SQL: whether watermarks cover a batch. They are inlined, for statements that must not wait for others with bound
 * parameters.
 *
 * @example
 * coveredBy(new Map([[7, 29_360_135n]])); // 'batch <= transform(bitAnd(batch, 4194303), [7], [29360135], toUInt64(0))'
 */
export function coveredBy(watermarks: Watermarks, batch = 'batch'): string {
  if (watermarks.size === 0) return 'false';
  const [writers, batches] = [[...watermarks.keys()].join(','), [...watermarks.values()].join(',')];
  return `${batch} <= transform(${writerSql(batch)}, [${writers}], [${batches}], toUInt64(0))`;
}

/** Whether no writer advanced between two readings. */
export function areSame(before: Watermarks, after: Watermarks): boolean {
  return [...after].every(([writer, last]) => before.get(writer) === last);
}

/** The batches that both cover: of each writer, those up to the lower watermark. */
export function commonOf(some: Watermarks, others: Watermarks): Watermarks {
  const common = new Map<number, bigint>();
  for (const [writer, last] of some) {
    const other = others.get(writer);
    if (other !== undefined) common.set(writer, last < other ? last : other);
  }
  return common;
}

/** Reads watermarks from rows of a query, in which large numbers are strings. */
export function readWatermarks(
  rows: Iterable<{ readonly writer: string | number; readonly last: string | number }>,
): Watermarks {
  return new Map(Array.from(rows, ({ writer, last }) => [Number(writer), BigInt(last)]));
}

/**
 * SQL: whether a replicated table may skip a part that is like an earlier one (`insert_deduplicate`), as ClickHouse does before
 * 26.1 (docs/scale.md). A step may be repeated, because too few replicas confirmed its part. A rebuild has no watermarks that
 * make its part unlike earlier ones, and these were deleted before it: a table that skips their like would have nothing.
 */
export function deduplicationSql(watermarks: { readonly size: number }): '0' | '1' {
  return watermarks.size === 0 ? '0' : '1';
}
