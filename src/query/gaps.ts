/**
 * Gaps of an answer: values that need purged hits or visits, or hits that are not in the visits yet, are null in rows and totals,
 * with a note. They are never 0 and never a partial count.
 */
import type { Answer, Calendar, ComparedRow } from './engine/answer.ts';
import { intervalOf } from './engine/column.ts';
import { mentionsPersons } from './engine/condition.ts';
import type { Change, Metric, Query, Span, Value } from './engine/query.ts';
import { isoTime } from './engine/rows.ts';
import { pendingNote, purgeNote } from './gap-notes.ts';
import { type KnownTimes, metricKnown } from './known-times.ts';
import type { Note } from './query-schemas.ts';

/** A period, and the times for which its data is complete. */
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
    const spanOf = this.#rowSpans(this.#query);
    const spanBefore = this.#before && this.#rowSpans(this.#before.span);
    const results = answer.results.map((row) =>
      this.#withNulls(row, spanOf(row.dimensions), spanBefore?.(row.dimensions)),
    );
    if (!answer.totals) return { ...answer, results };
    // Totals have no dimensions, which may need more data than totals do.
    const whole = new Gaps({ ...this.#query, dimensions: [] }, this.#calendar, this.#now.known, this.#before);
    const totals = whole.#withNulls(answer.totals, this.#query, this.#before?.span);
    return { ...answer, results, totals };
  }

  #withNulls<Row extends Omit<ComparedRow, 'dimensions'>>(
    row: Row,
    span: Span,
    before: Span | undefined,
  ): Row {
    const metrics = this.#known(row.metrics, this.#now, span);
    const { comparison } = row;
    if (!comparison || !this.#before) return { ...row, metrics };
    const earlier = this.#known(comparison.metrics, this.#before, before ?? this.#before.span);
    const change = comparison.change.map((each, at): Change => {
      return metrics[at] === null || earlier[at] === null ? null : each;
    });
    return { ...row, metrics, comparison: { metrics: earlier, change } };
  }

  #known(values: readonly Value[], { span, known }: KnownSpan, own: Span): Value[] {
    const asksPersons = this.#query.filters.some(mentionsPersons);
    return values.map((value, at) => {
      const metric = this.#query.metrics[at]!;
      // A share of the whole period, and `has_done` filters, need all of it.
      const { from, to } = metric === 'percentage' || asksPersons ? span : own;
      const when = metricKnown(metric, this.#query, known);
      return from < when.from || to > when.to ? null : value;
    });
  }

  /** The time span of a row by its values: its interval, cut at the ends of the period. */
  #rowSpans(span: Span): (values: readonly string[]) => Span {
    const spans = this.#query.dimensions.map((dimension): ((value: string) => Span) => {
      const interval = intervalOf(dimension);
      if (interval === undefined) return () => span;
      // Intervals of two periods are pairs by position.
      const starts = this.#calendar(interval, span);
      const places = new Map(this.#calendar(interval, this.#query).map((start, at) => [isoTime(start), at]));
      return (value) => {
        const at = places.get(value) ?? starts.length;
        return { from: starts[at] ?? span.from, to: starts[at + 1] ?? span.to };
      };
    });
    return (values) => {
      const own = spans.map((spanOf, at) => spanOf(values[at]!));
      return {
        from: Math.max(span.from, ...own.map(({ from }) => from)),
        to: Math.min(span.to, ...own.map(({ to }) => to)),
      };
    };
  }

  #notesOf({ span, known }: KnownSpan, period: Note['period']): Note[] {
    const [purged, pending] = [new Map<number, Metric[]>(), new Map<number, Metric[]>()];
    const add = (metrics: Map<number, Metric[]>, time: number, metric: Metric) =>
      metrics.set(time, [...(metrics.get(time) ?? []), metric]);
    for (const metric of this.#query.metrics) {
      const { from, to } = metricKnown(metric, this.#query, known);
      if (from > span.from) add(purged, from, metric);
      if (to < span.to) add(pending, to, metric);
    }
    return [
      ...Array.from(purged, ([time, metrics]) => ({ metrics, period, ...purgeNote(time) })),
      ...Array.from(pending, ([time, metrics]) => ({ metrics, period, ...pendingNote(time) })),
    ];
  }
}
