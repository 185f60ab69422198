import { useEffect, useState } from 'preact/hooks';
import { Fault } from './fault.tsx';
import { NO_ROWS, type Ranking } from './rankings.ts';
import { firstOrder, type Order, RowsSkeleton, Table } from './table.tsx';
import { useTable } from './table-answer.ts';

interface RankedProps {
  readonly ranking: Ranking;
  readonly limit: number;
  /** Called when it turns out to have no rows. */
  readonly onEmpty?: (() => void) | undefined;
}

/** A ranking on a card, with its states: loading, loaded, empty, failed. */
export function Ranked({ ranking, limit, onEmpty }: RankedProps) {
  const { metrics } = ranking;
  const [order, setOrder] = useState<Order>(firstOrder(ranking));
  const { isAscending } = order;
  const { data, error, isLoading } = useTable(ranking, { metrics, order: order.metric, isAscending, limit });
  const isEmpty = data?.rows.length === 0 && !isLoading;
  useEffect(() => {
    if (isEmpty) onEmpty?.();
  }, [isEmpty]);
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
