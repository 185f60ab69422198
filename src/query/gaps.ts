/**
 * Gaps of an answer: what cannot be known, since what it needs is purged, is null in rows and totals, and a note says so. It is
 * never 0 and never a partial count.
 */
import type { Answer, Calendar, Change, ComparedRow } from './engine/answer.ts';
import { intervalOf } from './engine/column.ts';
import type { Metric, Query, Span, Value } from './engine/query.ts';
import { isoTime } from './engine/rows.ts';
import { type KnownTimes, metricKnownFrom } from './known-times.ts';
import type { Note } from './query-schemas.ts';

/** A period, and from when on it is known. */
interface KnownSpan {
  readonly span: Span;
  readonly known: KnownTimes;
}

export class Gaps {
  readonly notes: readonly Note[];
  readonly #query: Query;
  readonly #calendar: Calendar;
  readonly #now: KnownSpan;
  readonly #before: KnownSpan | undefined;

  constructor(query: Query, calendar: Calendar, known: KnownTimes, compared?: KnownSpan) {
    this.#query = query;
    this.#calendar = calendar;
    this.#now = { span: query, known };
    this.#before = compared;
    this.notes = [
      ...this.#notesOf(this.#now, 'period'),
      ...(compared ? this.#notesOf(compared, 'comparison') : []),
    ];
  }

  /** The answer with null for what is not known. */
  filled(answer: Answer): Answer {
    if (this.notes.length === 0) return answer;
    const startOf = this.#rowStarts(this.#query);
    const startBefore = this.#before && this.#rowStarts(this.#before.span);
    const results = answer.results.map((row) =>
      this.#withNulls(row, startOf(row.dimensions), startBefore?.(row.dimensions)),
    );
    if (!answer.totals) return { ...answer, results };
    // Totals know no dimensions, which may need more than they do.
    const whole = new Gaps({ ...this.#query, dimensions: [] }, this.#calendar, this.#now.known, this.#before);
    const totals = whole.#withNulls(answer.totals, this.#query.from, this.#before?.span.from);
    return { ...answer, results, totals };
  }

  #withNulls<Row extends Omit<ComparedRow, 'dimensions'>>(
    row: Row,
    start: number,
    startBefore: number | undefined,
  ): Row {
    const metrics = this.#known(row.metrics, this.#now, start);
    const { comparison } = row;
    if (!comparison || !this.#before) return { ...row, metrics };
    const before = this.#known(comparison.metrics, this.#before, startBefore ?? this.#before.span.from);
    const change = comparison.change.map((each, at): Change => {
      return metrics[at] === null || before[at] === null ? null : each;
    });
    return { ...row, metrics, comparison: { metrics: before, change } };
  }

  #known(values: readonly Value[], { span, known }: KnownSpan, start: number): Value[] {
    return values.map((value, at) => {
      const metric = this.#query.metrics[at]!;
      // A share of the whole period needs all of it.
      const first = metric === 'percentage' ? span.from : start;
      return first < metricKnownFrom(metric, this.#query, known) ? null : value;
    });
  }

  /** When what a row counts begins, by its values: with its interval, or with the period if that begins later. */
  #rowStarts(span: Span): (values: readonly string[]) => number {
    const starts = this.#query.dimensions.map((dimension): ((value: string) => number) => {
      const interval = intervalOf(dimension);
      if (interval === undefined) return () => span.from;
      if (span.from === this.#query.from) return (value) => Date.parse(value);
      // Intervals of two periods are pairs by position.
      const others = this.#calendar(interval, span);
      const places = new Map(this.#calendar(interval, this.#query).map((start, at) => [isoTime(start), at]));
      return (value) => others[places.get(value) ?? -1] ?? span.from;
    });
    return (values) => Math.max(span.from, ...starts.map((start, at) => start(values[at]!)));
  }

  #notesOf({ span, known }: KnownSpan, period: Note['period']): Note[] {
    const byTime = new Map<number, Metric[]>();
    for (const metric of this.#query.metrics) {
      const from = metricKnownFrom(metric, this.#query, known);
      if (from > span.from) byTime.set(from, [...(byTime.get(from) ?? []), metric]);
    }
    return Array.from(byTime, ([time, metrics]) => ({
      ...{ metrics, period, purged_before: isoTime(time) },
      detail: `hits or visits before ${isoTime(time)} are purged: what needs them is null`,
    }));
  }
}
