import { Histogram } from './histogram.ts';

/** Durations of one kind of operation. Failures are apart: an operation that fails at once would otherwise look fast. */
export class OperationDurations {
  readonly success: Histogram;
  readonly failure: Histogram;

  /** @param bounds of the buckets, in seconds */
  constructor(bounds: readonly number[]) {
    this.success = new Histogram(bounds);
    this.failure = new Histogram(bounds);
  }

  /** Runs an operation and counts its duration. */
  async time<Result>(operation: () => Promise<Result>): Promise<Result> {
    const began = performance.now();
    try {
      const result = await operation();
      this.success.observe((performance.now() - began) / 1000);
      return result;
    } catch (error) {
      this.failure.observe((performance.now() - began) / 1000);
      throw error;
    }
  }
}
