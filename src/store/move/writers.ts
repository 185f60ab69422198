import type { Aside } from '../aside.ts';
import { queryText } from '../sql.ts';

/** Writer → how many hits it brought: see `store/watermarks.ts`. */
export async function writersOf(aside: Aside): Promise<ReadonlyMap<number, number>> {
  const found = await aside.rows<Record<'writer' | 'rows', string | number>>(queryText('move_writers'));
  return new Map(found.map(({ writer, rows }) => [Number(writer), Number(rows)]));
}
