import type { Stats, Top } from '../ask/answer-types.ts';
import { useAnswer } from '../ask/answers.ts';
import { statsQuestion, topQuestion } from '../ask/questions.ts';
import type { Filter } from '../view/filter.ts';
import { now } from './clock.ts';
import { Fault } from './fault.tsx';
import { view } from './place.ts';
import type { Ranking } from './rankings.ts';
import { format } from './reader.ts';
import { Rows, RowsSkeleton } from './rows.tsx';
import { search } from './search.ts';

interface RankedProps {
  readonly ranking: Ranking;
  readonly limit: number;
  /** Filters besides those of the page. */
  readonly more?: readonly Filter[];
  /** A text that values have. */
  readonly wanted?: string;
  readonly onPick?: () => void;
}

/** A ranking with its states: awaited, there, empty, wrong. */
export function Ranked({ ranking, limit, more = [], wanted = '', onPick }: RankedProps) {
  const { data, error, isLoading } = useRanking(ranking, limit, more);
  const totals = useAnswer<Stats>(statsQuestion(view.value, now.value));
  if (!data && error) return <Fault error={error} />;
  if (!data) return <RowsSkeleton />;
  const rows = search(rowsOf(ranking, data), ranking, wanted).slice(0, limit);
  const note = periodNote(data, totals.data);
  if (rows.length === 0) {
    if (isLoading) return <RowsSkeleton />;
    if (wanted !== '') return <p class="nothing">No matches.</p>;
    return <p class="nothing">{note ?? ranking.empty ?? 'Nothing in this period.'}</p>;
  }
  // Bots are none of the visitors: of theirs only the sum is known.
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

/** Of which hits a list is, where these are not those of the page's period. */
function periodNote({ purged_before, from, to }: Top, page: Stats | undefined): string | undefined {
  if (purged_before !== undefined) {
    return `Hits before ${format.moment(purged_before)} are purged, and not in this list.`;
  }
  // A period that is open ends now, and the list was asked for a moment later: that is no day more.
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

/** The answer to a ranking of the view. */
export function useRanking(ranking: Ranking, limit: number, more: readonly Filter[] = []) {
  // One or two more, in place of those that are not shown.
  return useAnswer<Top>(topQuestion(view.value, now.value, ranking.by, Math.min(1000, limit + 2), more));
}

/** Rows without those that say nothing. */
export function rowsOf(ranking: Ranking, { rows }: Top): Top['rows'] {
  return rows.filter(
    ({ value }) => value !== ranking.without && (value !== '' || ranking.none !== undefined),
  );
}
