import type { Query, Row, Value } from './query.ts';

type Ordered = Pick<Row, 'dimensions' | 'metrics'>;

/** Rows in the order of a query. Null is last; ties are in order of the dimensions. */
export function ordered<Each extends Ordered>(rows: readonly Each[], query: Query): Each[] {
  const { dimensions = [], metrics, order_by = defaultOrder(query) } = query;
  const keys = order_by.map(([name, direction]) => {
    const sign = direction === 'asc' ? 1 : -1;
    const dimension = (dimensions as readonly string[]).indexOf(name);
    const metric = (metrics as readonly string[]).indexOf(name);
    const read: (row: Each) => string | number | null =
      dimension >= 0 ? (row) => row.dimensions[dimension]! : numberReader(rows, metric);
    return { sign, read };
  });
  return rows.toSorted((a, b) => {
    for (const { sign, read } of keys) {
      const [first, second] = [read(a), read(b)];
      if (first === null && second === null) continue;
      if (first === null) return 1;
      if (second === null) return -1;
      const order = compareValues(first, second);
      if (order !== 0) return sign * order;
    }
    for (const [at, value] of a.dimensions.entries()) {
      const order = compareValues(value, b.dimensions[at]!);
      if (order !== 0) return order;
    }
    return 0;
  });
}

function defaultOrder({ dimensions = [], metrics }: Query): NonNullable<Query['order_by']> {
  const time = dimensions.find((dimension) => dimension.startsWith('time:'));
  return time === undefined ? [[metrics[0]!, 'desc']] : [[time, 'asc']];
}

/** Reads the number to order by: for money, the amount in the currency that most rows have. */
function numberReader(rows: readonly Ordered[], metric: number): (row: Ordered) => number | null {
  const counts = new Map<string, number>();
  for (const row of rows) {
    for (const currency of currenciesOf(row.metrics[metric]!)) {
      counts.set(currency, (counts.get(currency) ?? 0) + 1);
    }
  }
  const [currency = ''] = [...counts.keys()].toSorted(
    (a, b) => counts.get(b)! - counts.get(a)! || (a < b ? -1 : 1),
  );
  return (row) => {
    const value = row.metrics[metric]!;
    if (value === null || typeof value === 'number') return value;
    return value[currency] === undefined ? null : Number(value[currency]);
  };
}

function currenciesOf(value: Value): string[] {
  return value === null || typeof value === 'number' ? [] : Object.keys(value);
}

function compareValues(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)));
}
