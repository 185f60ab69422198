import { useState } from 'preact/hooks';
import { Fault } from './fault.tsx';
import { NO_ROWS, type Ranking } from './rankings.ts';
import { type Order, RowsSkeleton, Table } from './table.tsx';
import { useTable } from './table-answer.ts';

/** A ranking on a card, with its states: loading, loaded, empty, failed. */
export function Ranked({ ranking, limit }: { readonly ranking: Ranking; readonly limit: number }) {
  const { metrics } = ranking;
  const [order, setOrder] = useState<Order>({ metric: metrics[0]!, isAscending: false });
  const { isAscending } = order;
  const { data, error, isLoading } = useTable(ranking, { metrics, order: order.metric, isAscending, limit });
  if (!data) return error ? <Fault error={error} /> : <RowsSkeleton />;
  if (data.rows.length === 0 && isLoading) return <RowsSkeleton />;
  if (data.rows.length === 0) return <p class="nothing">{data.note ?? ranking.empty ?? NO_ROWS}</p>;
  return (
    <>
      <Table
        {...{ ranking, order }}
        rows={data.rows}
        metrics={data.metrics}
        onOrder={setOrder}
        isStale={isLoading}
      />
      {data.note !== undefined && <p class="quiet-text note">{data.note}</p>}
    </>
  );
}
