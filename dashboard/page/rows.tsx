import type { Row } from '../api/answer-types.ts';
import { filterOf, has } from '../view/filter.ts';
import { toggleFilter, view } from './address.ts';
import { format } from './preferences.ts';
import type { Ranking } from './rankings.ts';
import { valueName } from './rankings.ts';

interface RowsProps {
  readonly ranking: Ranking;
  readonly rows: readonly Row[];
  /** Totals, of which each row has a share. */
  readonly visitors: number;
  readonly isStale: boolean;
  /** Relative standard error of visitors. */
  readonly error: number | undefined;
  readonly onPick?: () => void;
}

/** Values with the most hits. A click filters by one, and another click removes the filter. */
export function Rows({ ranking, rows, visitors, isStale, error, onPick }: RowsProps) {
  const most = Math.max(1, ...rows.map((row) => row.hits));
  const tip = error === undefined ? undefined : `Visitors are estimated, ± ${format.percent(error)}`;
  return (
    <div class={isStale ? 'rows stale' : 'rows'} aria-busy={isStale}>
      <div class="row-head" aria-hidden="true">
        <span>{ranking.value}</span>
        <span>Visitors</span>
        <span>{ranking.counts ?? 'Hits'}</span>
        <span>Share</span>
      </div>
      <ol>
        {rows.map((row) => (
          <li key={row.value}>
            <RowLine
              ranking={ranking}
              row={row}
              share={visitors > 0 ? Math.min(1, row.visitors / visitors) : undefined}
              length={row.hits / most}
              tip={tip}
              onPick={onPick}
            />
          </li>
        ))}
      </ol>
    </div>
  );
}

interface RowLineProps {
  readonly ranking: Ranking;
  readonly row: Row;
  /** Undefined while the totals are loading. */
  readonly share: number | undefined;
  readonly length: number;
  readonly tip: string | undefined;
  readonly onPick: (() => void) | undefined;
}

function RowLine({ ranking, row, share, length, tip, onPick }: RowLineProps) {
  const { dimension } = ranking;
  const name = valueName(ranking, row.value);
  const counts = (ranking.counts ?? 'Hits').toLowerCase();
  const inside = (
    <>
      <span class="bar" style={{ '--length': Math.max(0.01, length) }} />
      <span class="value" title={name}>
        {ranking.icon && (
          <span class="mark" aria-hidden="true">
            {ranking.icon(row.value)}
          </span>
        )}
        <bdi>{name}</bdi>
      </span>
      <span class="number" title={tip}>
        {format.short(row.visitors)}
        <span class="hidden"> visitors, </span>
      </span>
      <span class="number">
        {format.short(row.hits)}
        <span class="hidden"> {counts}, </span>
      </span>
      <span class="number quiet-number">{share === undefined ? '' : format.percent(share)}</span>
    </>
  );
  if (!dimension) return <div class="row">{inside}</div>;
  const filter = filterOf(dimension, row.value);
  return (
    <button
      type="button"
      class="row"
      aria-pressed={has(view.value.filters, filter)}
      onClick={(event) => {
        // With Shift or Alt: all except this.
        toggleFilter(event.shiftKey || event.altKey ? { ...filter, negated: true } : filter);
        onPick?.();
      }}
    >
      {inside}
    </button>
  );
}

/** Placeholder for rows. */
export function RowsSkeleton() {
  return (
    <div class="rows skeleton" aria-hidden="true">
      {[92, 74, 61, 47, 38, 30, 22, 16].map((length) => (
        <div key={length} class="row">
          <span class="bar" style={{ '--length': length / 100 }} />
        </div>
      ))}
    </div>
  );
}
