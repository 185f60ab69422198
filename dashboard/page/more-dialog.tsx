import { useState } from 'preact/hooks';
import { LIMITS } from '../../src/query/language/limits.ts';
import type { QueryRow } from '../api/answer-types.ts';
import { currencyOf, numberOf } from '../api/figures.ts';
import { csvText } from '../text/csv.ts';
import { dimensionName } from './dimensions.ts';
import { Fault } from './fault.tsx';
import { fileName } from './file-name.ts';
import { IconButton } from './icon-button.tsx';
import { METRIC_WORDS, type TableMetric } from './metrics.ts';
import { Modal } from './modal.tsx';
import { format } from './preferences.ts';
import { NO_ROWS, type Ranking } from './rankings.ts';
import { dimensionsOf, rowName } from './row-value.ts';
import { save } from './save.ts';
import { SearchField } from './search-field.tsx';
import { firstOrder, type Order, RowsSkeleton, Table } from './table.tsx';
import { useTable } from './table-answer.ts';

/** Rows at first. Each click adds four times as many. */
const ROWS = 100;

/** All rows of a ranking with all metrics, a search, and a download of what is shown. */
export function MoreDialog({
  ranking,
  onClose,
}: {
  readonly ranking: Ranking;
  readonly onClose: () => void;
}) {
  const [text, setText] = useState('');
  const wanted = text.trim();
  const [count, setCount] = useState(ROWS);
  const [order, setOrder] = useState<Order>(firstOrder(ranking));
  const { isAscending, metric } = order;
  const { data, error, isLoading } = useTable(ranking, {
    ...{ metrics: ranking.allMetrics, order: metric, isAscending },
    // All are searched.
    limit: wanted === '' ? count : LIMITS.rows,
  });
  const found = data ? search(data.rows, ranking, wanted) : [];
  const shown = wanted === '' ? found : found.slice(0, count);
  const tools = (
    <>
      <SearchField label={`Search ${ranking.name.toLowerCase()}`} text={text} onChange={setText} />
      <IconButton
        icon="download"
        label="Download as CSV"
        disabled={!data || isLoading}
        onClick={() => data && save(fileName(ranking.name), tableCsv(ranking, data.metrics, found))}
      />
    </>
  );
  const total = wanted === '' ? (data?.totalRows ?? 0) : found.length;
  return (
    <Modal title={ranking.name} onClose={onClose} tools={tools} isWide>
      <div class="modal-body all-rows">
        {data ? (
          <Table
            {...{ ranking, order }}
            rows={shown}
            metrics={data.metrics}
            onOrder={setOrder}
            isStale={isLoading}
            onPick={onClose}
          />
        ) : error ? (
          <Fault error={error} />
        ) : (
          <RowsSkeleton />
        )}
        {data && !isLoading && total === 0 && (
          <p class="nothing">{wanted === '' ? (ranking.empty ?? NO_ROWS) : 'No matches.'}</p>
        )}
        {data?.note !== undefined && <p class="quiet-text note">{data.note}</p>}
        {total > shown.length && count < LIMITS.rows && (
          <button
            type="button"
            class="control"
            onClick={() => setCount(Math.min(LIMITS.rows, count + 4 * ROWS))}
          >
            Show more of {format.whole(total)}
          </button>
        )}
      </div>
    </Modal>
  );
}

/** Rows whose stored or displayed value contains a text, ignoring case. */
function search(rows: readonly QueryRow[], ranking: Ranking, wanted: string): readonly QueryRow[] {
  const text = wanted.toLowerCase();
  if (text === '') return rows;
  return rows.filter(({ dimensions }) =>
    `${dimensions.join(' ')}\n${rowName(ranking, dimensions)}`.toLowerCase().includes(text),
  );
}

/** Rows as CSV, each metric followed by its earlier value if there is a comparison. */
export function tableCsv(
  ranking: Pick<Ranking, 'by' | 'within'>,
  metrics: readonly TableMetric[],
  rows: readonly QueryRow[],
): string {
  const currency = currencyOf(rows.flatMap((row) => row.metrics));
  const isCompared = rows.some(({ comparison }) => comparison);
  const name = (metric: TableMetric) =>
    metric === 'revenue' && currency !== undefined ? `Revenue (${currency})` : METRIC_WORDS[metric].name;
  return csvText([
    [
      ...dimensionsOf(ranking).map(dimensionName),
      ...metrics.map(name),
      ...(isCompared ? metrics.map((metric) => `${name(metric)} before`) : []),
    ],
    ...rows.map(({ dimensions, metrics: values, comparison }) => [
      ...dimensions,
      ...metrics.map((_, at) => numberOf(values[at] ?? null, currency)),
      ...(isCompared ? metrics.map((_, at) => numberOf(comparison?.metrics[at] ?? null, currency)) : []),
    ]),
  ]);
}
