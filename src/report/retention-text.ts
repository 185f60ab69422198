/** Retention as text and as CSV. */
import { csvOf } from '../query/csv.ts';
import type { RetentionResult } from '../query/visit-schemas.ts';
import { numberText } from './number-text.ts';
import { table } from './query-text.ts';
import { timeLabelIn } from './report-text.ts';
import { countCell, headingLines, shareCell } from './scope-text.ts';

/** Columns of a terminal for a share, and for the cohort with its visitors. */
const SHARE_WIDTH = 9;
const COHORT_WIDTH = 32;
const MOST_ROWS = 400;

/**
 * A table: the share of each cohort that returned in each interval.
 *
 * @param columns width of the terminal
 */
export function retentionText(answer: RetentionResult, columns: number): string {
  const { cohorts, query } = answer;
  const label = timeLabelIn(query.timezone);
  const most = Math.max(...cohorts.map(({ returned }) => returned.length), 0);
  const shown = Math.min(most, Math.max(2, Math.floor((columns - COHORT_WIDTH) / SHARE_WIDTH)));
  const rows = cohorts
    .slice(0, MOST_ROWS)
    .map(({ time, visitors, returned }) => [
      label(time),
      countCell(visitors),
      ...Array.from({ length: shown }, (_, at) =>
        at < returned.length ? shareCell(shareOf(returned[at]!, visitors)) : '',
      ),
    ]);
  const heads = Array.from({ length: shown }, (_, at) => `${query.interval} ${at}`);
  return [
    ...headingLines(answer),
    '',
    ...table([[query.interval, 'visitors', ...heads], ...rows], 1, columns),
    ...(most > shown || cohorts.length > MOST_ROWS
      ? [`the period has ${numberText(most)} intervals; use --csv to see all of them`]
      : []),
    '',
  ].join('\n');
}

/** The cohorts as CSV: visitors who returned in each interval, beginning with the cohort's own, `returned_0`. Unknown numbers are empty. */
export function retentionCsv({ cohorts }: RetentionResult): string {
  const most = Math.max(...cohorts.map(({ returned }) => returned.length), 0);
  const columns = Array.from({ length: most }, (_, at) => `returned_${at}`);
  return csvOf(
    cohorts.map(({ time, visitors, returned }) => ({
      ...{ time, visitors: visitors ?? '' },
      ...Object.fromEntries(columns.map((name, at) => [name, returned[at] ?? ''])),
    })),
    ['time', 'visitors', ...columns],
  );
}

function shareOf(returned: number | null, visitors: number | null): number | null {
  return returned === null || visitors === null || visitors === 0 ? null : returned / visitors;
}
