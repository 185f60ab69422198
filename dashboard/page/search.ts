import type { Row } from '../api/answer-types.ts';
import { type Ranking, valueName } from './rankings.ts';

/** Rows whose stored or displayed value contains a text, ignoring case. */
export function search(rows: readonly Row[], ranking: Ranking, text: string): readonly Row[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return rows;
  return rows.filter(({ value }) => `${value}\n${valueName(ranking, value)}`.toLowerCase().includes(wanted));
}
