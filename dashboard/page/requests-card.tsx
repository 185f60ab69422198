import { RankingCard, ROWS } from './ranking-card.tsx';
import { REQUESTS } from './rankings.ts';
import { firstOrder } from './table.tsx';
import { useTable } from './table-answer.ts';

const [STATUS] = REQUESTS.rankings;

/** Requests of access logs by status and class, and their static files. It is absent if the period has none. */
export function RequestsCard() {
  const { metrics } = STATUS!;
  const order = firstOrder(STATUS!).metric;
  const { data } = useTable(STATUS!, { metrics, order, isAscending: false, limit: ROWS });
  return data && data.rows.length > 0 ? <RankingCard card={REQUESTS} /> : null;
}
