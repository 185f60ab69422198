import type { Change, QueryRow, Value } from '../api/answer-types.ts';
import { changeOf, currencyOf, numberOf, otherAmounts } from '../api/figures.ts';
import { has } from '../view/filter.ts';
import { toggleFilter, view } from './address.ts';
import { ChangeOf } from './change-of.tsx';
import { Flag } from './flag.tsx';
import { METRIC_WORDS, type TableMetric } from './metrics.ts';
import type { Ranking } from './rankings.ts';
import { columnName, rowFilter, rowName } from './row-value.ts';
import { SortHead } from './sort-head.tsx';

export interface Order {
  readonly metric: TableMetric;
  readonly isAscending: boolean;
}

/** The order of a ranking at first. */
export function firstOrder({ order, metrics }: Ranking): Order {
  return { metric: order ?? metrics[0]!, isAscending: false };
}

interface TableProps {
  readonly ranking: Ranking;
  readonly rows: readonly QueryRow[];
  readonly metrics: readonly TableMetric[];
  readonly order: Order;
  readonly onOrder: (order: Order) => void;
  readonly isStale: boolean;
  /** Called after a click on a row. */
  readonly onPick?: (() => void) | undefined;
}

/** Values with their metrics, ordered by any of them. A click on a value filters by it, and another removes the filter. */
export function Table({ ranking, rows, metrics, order, onOrder, isStale, onPick }: TableProps) {
  const at = Math.max(0, metrics.indexOf(order.metric));
  const currency = currencyOf(rows.flatMap((row) => row.metrics));
  const most = Math.max(0, ...rows.map((row) => numberOf(row.metrics[at] ?? null, currency) ?? 0));
  return (
    <table class={isStale ? 'rows stale' : 'rows'} aria-busy={isStale}>
      <thead>
        <tr>
          <th scope="col">{columnName(ranking)}</th>
          {metrics.map((metric) => (
            <SortHead
              key={metric}
              column={metric}
              name={METRIC_WORDS[metric].name}
              sort={metric !== order.metric ? 'none' : order.isAscending ? 'ascending' : 'descending'}
              onSort={() => onOrder({ metric, isAscending: metric === order.metric && !order.isAscending })}
            />
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.dimensions.join('\n')}>
            <th scope="row">
              <ValueButton
                ranking={ranking}
                values={row.dimensions}
                length={most > 0 ? (numberOf(row.metrics[at] ?? null, currency) ?? 0) / most : 0}
                onPick={onPick}
              />
            </th>
            {metrics.map((metric, place) => (
              <Cell
                key={metric}
                metric={metric}
                value={row.metrics[place] ?? null}
                change={place === at ? row.comparison?.change[place] : undefined}
                before={row.comparison?.metrics[place]}
                currency={currency}
              />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface CellProps {
  readonly metric: TableMetric;
  readonly value: Value;
  readonly change: Change | undefined;
  readonly before: Value | undefined;
  readonly currency: string | undefined;
}

function Cell({ metric, value, change, before, currency }: CellProps) {
  const { say } = METRIC_WORDS[metric];
  // A goal without money, among others with it.
  const isEmpty = typeof value === 'object' && value !== null && Object.keys(value).length === 0;
  const number = isEmpty ? null : numberOf(value, currency);
  const changed = change === undefined ? null : changeOf(change, currency);
  const earlier = before === undefined ? null : numberOf(before, currency);
  const tips = [
    ...Object.entries(otherAmounts(value, currency)).map(
      ([each, amount]) => `and ${say(Number(amount), each)}`,
    ),
    ...(earlier === null ? [] : [`Previously ${say(earlier, currency)}`]),
  ];
  return (
    <td class={`number of-${metric}`} title={tips.length > 0 ? tips.join(' · ') : undefined}>
      {changed !== null && <ChangeOf metric={metric} change={changed} />}
      {number === null ? '–' : say(number, currency)}
    </td>
  );
}

interface ValueProps {
  readonly ranking: Ranking;
  /** Of its dimensions. */
  readonly values: readonly string[];
  /** Of its bar, from 0 to 1. */
  readonly length: number;
  readonly onPick: (() => void) | undefined;
}

function ValueButton({ ranking, values, length, onPick }: ValueProps) {
  const name = rowName(ranking, values);
  const filter = rowFilter(ranking, values);
  return (
    <button
      type="button"
      class="row"
      aria-pressed={has(view.value.filters, filter)}
      style={{ '--length': Math.max(0.01, length) }}
      onClick={(event) => {
        // With Shift or Alt: all except this.
        toggleFilter(event.shiftKey || event.altKey ? rowFilter(ranking, values, true) : filter);
        onPick?.();
      }}
    >
      <span class="bar" />
      <span class="value" title={name}>
        {ranking.by === 'country' && <Flag code={values[0] ?? ''} />}
        <bdi>{name}</bdi>
      </span>
    </button>
  );
}

/** Placeholder for rows. */
export function RowsSkeleton() {
  return (
    <div class="rows skeleton" aria-hidden="true">
      {[92, 74, 61, 47, 38, 30, 22, 16].map((length) => (
        <div key={length} class="row" style={{ '--length': length / 100 }}>
          <span class="bar" />
        </div>
      ))}
    </div>
  );
}
