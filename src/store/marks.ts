/**
 * Marks say of which hits a thing was done, in a few numbers.
 *
 * The low 22 bits of a batch are the run of the program that wrote it (spool/segment.ts), and the batches of one run
 * come into the store in the order of their ids. So the last batch of each run tells of every hit, also of one that
 * comes while it is being done: what was done is `batch <= mark of its run`.
 */

/** Run of a program → its last batch. */
export type Marks = ReadonlyMap<number, bigint>;

/** SQL: the run of a batch. */
export function runOf(batch = 'batch'): string {
  return `bitAnd(${batch}, 4194303)`;
}

/**
 * Marks as two parameters of a query, of type `Array(UInt64)`.
 *
 * @example
 * const isCovered = 'batch <= transform(bitAnd(batch, 4194303), {runs:Array(UInt64)}, {batches:Array(UInt64)}, toUInt64(0))';
 * await store.rows('…', marksParameters(marks));
 */
export function marksParameters(marks: Marks): { readonly runs: string; readonly batches: string } {
  // As texts, since these numbers are larger than those of JavaScript.
  return { runs: `[${[...marks.keys()].join(',')}]`, batches: `[${[...marks.values()].join(',')}]` };
}

/** SQL: whether marks cover a batch. They are part of the text, for statements that are to wait for no other. */
export function coveredBy(marks: Marks, batch = 'batch'): string {
  if (marks.size === 0) return 'false';
  const { runs, batches } = marksParameters(marks);
  return `${batch} <= transform(${runOf(batch)}, ${runs}, ${batches}, toUInt64(0))`;
}

/** Marks that cover what any of these cover. */
export function joinMarks(all: Iterable<Marks>): Marks {
  const joined = new Map<number, bigint>();
  for (const marks of all) {
    for (const [run, batch] of marks) {
      const other = joined.get(run);
      if (other === undefined || other < batch) joined.set(run, batch);
    }
  }
  return joined;
}

/** Marks as rows of a query tell them, whose numbers are texts where they are large. */
export function readMarks(
  rows: Iterable<{ readonly run: string | number; readonly last: string | number }>,
): Marks {
  return new Map(Array.from(rows, ({ run, last }) => [Number(run), BigInt(last)]));
}
