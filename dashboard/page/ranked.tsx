import type { Stats, Top } from '../api/answer-types.ts';
import { useAnswer } from '../api/answers.ts';
import { statsQuery, topQuery } from '../api/queries.ts';
import type { Filter } from '../view/filter.ts';
import { view } from './address.ts';
import { now } from './clock.ts';
import { Fault } from './fault.tsx';
import { format } from './preferences.ts';
import type { Ranking } from './rankings.ts';
import { Rows, RowsSkeleton } from './rows.tsx';
import { search } from './search.ts';

interface RankedProps {
  readonly ranking: Ranking;
  readonly limit: number;
  /** Additional filters. */
  readonly more?: readonly Filter[];
  /** Text that values contain. */
  readonly wanted?: string;
  readonly onPick?: () => void;
}

/** A ranking with its states: loading, loaded, empty, failed. */
export function Ranked({ ranking, limit, more = [], wanted = '', onPick }: RankedProps) {
  const { data, error, isLoading } = useRanking(ranking, limit, more);
  const totals = useAnswer<Stats>(statsQuery(view.value, now.value));
  if (!data && error) return <Fault error={error} />;
  if (!data) return <RowsSkeleton />;
  const rows = search(rowsOf(ranking, data), ranking, wanted).slice(0, limit);
  const note = periodNote(data, totals.data);
  if (rows.length === 0) {
    if (isLoading) return <RowsSkeleton />;
    if (wanted !== '') return <p class="nothing">No matches.</p>;
    return <p class="nothing">{note ?? ranking.empty ?? 'Nothing in this period.'}</p>;
  }
  // Bots are not among the visitors: only their sum is known.
  const visitors =
    ranking.by === 'bot'
      ? data.rows.reduce((sum, row) => sum + row.visitors, 0)
      : totals.isLoading
        ? 0
        : (totals.data?.totals.visitors ?? 0);
  return (
    <>
      <Rows
        ranking={ranking}
        rows={rows}
        visitors={visitors}
        isStale={isLoading}
        error={data.error}
        {...(onPick && { onPick })}
      />
      {note !== undefined && <p class="quiet-text">{note}</p>}
    </>
  );
}

/** The period that a list covers, if it is not the page's. */
function periodNote(
  { purged_before, pending_since, from, to }: Top,
  page: Stats | undefined,
): string | undefined {
  if (purged_before !== undefined) {
    return `Hits before ${format.moment(purged_before)} are purged, and not in this list.`;
  }
  if (pending_since !== undefined) {
    return `Visits since ${format.moment(pending_since)} are still being counted, and not in this list.`;
  }
  // An open period ends now, and the list was requested a moment later: that does not make another day.
  const isLonger =
    page !== undefined &&
    ((isDay(from) && Date.parse(from) < Date.parse(page.from)) ||
      (isDay(to) && Date.parse(to) > Date.parse(page.to)));
  if (!isLonger) return;
  return `Some hits of this period are purged. This list therefore covers whole UTC days: ${format.moment(from)} to ${format.moment(to)}.`;
}

/** Whether a time is a UTC midnight. */
function isDay(time: string): boolean {
  return Date.parse(time) % 86_400_000 === 0;
}

/** The answer for a ranking of the view. */
export function useRanking(ranking: Ranking, limit: number, more: readonly Filter[] = []) {
  // A few more, to replace those that are not shown.
  return useAnswer<Top>(topQuery(view.value, now.value, ranking.by, Math.min(1000, limit + 6), more));
}

/** Rows without meaningless ones. */
export function rowsOf(ranking: Ranking, { rows }: Top): Top['rows'] {
  return rows.filter(
    ({ value }) => !ranking.without?.(value) && (value !== '' || ranking.none !== undefined),
  );
}
