/** What an answer is about, as the first lines of its text. */
import type { FunnelResult } from '../query/visit-schemas.ts';
import { numberText, percentText } from './number-text.ts';
import { fitted, NONE, timeLabelIn } from './report-text.ts';

type Answer = Pick<FunnelResult, 'meta'> & {
  readonly query: Pick<FunnelResult['query'], 'site' | 'period' | 'timezone'>;
};

/**
 * The sites and the period, and notes, each on a line.
 *
 * @param more follows the period
 */
export function headingLines({ meta, query }: Answer, more = ''): string[] {
  const { site, timezone, period } = query;
  const label = timeLabelIn(timezone);
  const sites = clean(site?.join(', ') ?? 'all sites');
  return [
    `${sites}, ${label(period.from)} to ${label(period.to)} (${timezone})${more}`,
    ...(meta.notes ?? []).map(({ detail }) => `${detail} (${NONE})`),
  ];
}

export function countCell(value: number | null): string {
  return value === null ? NONE : numberText(value);
}

/** @param value a share of 1 */
export function shareCell(value: number | null): string {
  return value === null ? NONE : percentText(value);
}

/** Untrusted text, without characters that could manipulate a terminal. */
export function clean(text: string): string {
  return fitted(text, text.length);
}
