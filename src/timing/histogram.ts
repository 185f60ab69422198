/**
 * Counts durations in buckets of fixed bounds, as Prometheus' histograms do. An observation adds to two cells of an array that
 * never grows: it allocates nothing, so it can be made for every hit.
 *
 * The cells are the buckets, one for each bound and one beyond the last, and then the sum of all durations. Buckets are not
 * cumulative. One thread observes; others may read the same cells meanwhile, if their memory is shared.
 *
 * Invariant: the number of observations is the sum of the buckets. It is not kept apart, so that it cannot disagree.
 */
export class Histogram {
  /** Upper bounds in seconds, inclusive, ascending. */
  readonly bounds: readonly number[];
  readonly #cells: Float64Array;

  /** @param cells of another thread's histogram with the same bounds. Default: its own */
  constructor(bounds: readonly number[], cells: Float64Array = new Float64Array(cellsOf(bounds))) {
    if (bounds.some((bound, at) => at > 0 && bound <= bounds[at - 1]!))
      throw new RangeError(`bounds must ascend: ${bounds}`);
    if (cells.length !== cellsOf(bounds))
      throw new RangeError(`${bounds.length} bounds need ${cellsOf(bounds)} cells, not ${cells.length}`);
    this.bounds = bounds;
    this.#cells = cells;
  }

  /** Counts a duration. A negative one, which a clock can produce, counts as 0. */
  observe(seconds: number): void {
    const { bounds } = this;
    const cells = this.#cells;
    let bucket = 0;
    while (bucket < bounds.length && seconds > bounds[bucket]!) bucket++;
    cells[bucket]!++;
    if (seconds > 0) cells[bounds.length + 1]! += seconds;
  }

  /** Adds the observations of another histogram with the same bounds. */
  add({ bounds, buckets, sum }: Histogram): void {
    if (bounds.length !== this.bounds.length)
      throw new RangeError('histograms with other bounds do not add up');
    for (const [bucket, count] of buckets.entries()) this.#cells[bucket]! += count;
    this.#cells[bounds.length + 1]! += sum;
  }

  /** Observations up to each bound but above the one before, and beyond the last. */
  get buckets(): readonly number[] {
    return Array.from(this.#cells.subarray(0, this.bounds.length + 1));
  }

  /** Number of observations. */
  get count(): number {
    return this.buckets.reduce((sum, count) => sum + count, 0);
  }

  /** Seconds of all observations together. */
  get sum(): number {
    return this.#cells[this.bounds.length + 1]!;
  }
}

/** Number of cells of a histogram. */
export function cellsOf(bounds: readonly number[]): number {
  return bounds.length + 2;
}
