import type { Row } from '../ask/answer-types.ts';
import { type Ranking, valueName } from './rankings.ts';

/** Rows whose value has a text, as it is stored or as it is said, in letters of any case. */
export function search(rows: readonly Row[], ranking: Ranking, text: string): readonly Row[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return rows;
  return rows.filter(({ value }) => `${value}\n${valueName(ranking, value)}`.toLowerCase().includes(wanted));
}
