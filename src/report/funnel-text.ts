/** Funnels as text and as CSV. */
import { csvOf } from '../query/csv.ts';
import { stepText } from '../query/language/step-text.ts';
import type { FunnelResult } from '../query/visit-schemas.ts';
import { table } from './query-text.ts';
import { NONE } from './report-text.ts';
import { countCell, headingLines, shareCell } from './scope-text.ts';

const HEADS = ['step', 'visitors', 'of first', 'of previous', 'drop-off'];

/**
 * A table of an answer.
 *
 * @param columns width of the terminal
 */
export function funnelText(answer: FunnelResult, columns: number): string {
  const { visitors, steps, rows, query } = answer;
  const names = query.steps.map(stepText);
  const { within } = query;
  const window = within === 'visit' ? 'a visit' : within.days === 1 ? '24 hours' : `${within.days} days`;
  const linesOf = (own: FunnelResult['steps'], start: readonly string[]) =>
    own.map((step, at) => [...start, `${at + 1} ${names[at]}`, ...cellsOf(step)]);
  const lines = [
    ...headingLines(answer, `, within ${window}`),
    `${countCell(visitors)} visitors, in the funnel or not`,
    '',
    ...table([HEADS, ...linesOf(steps, [])], 1, columns),
  ];
  if (rows && rows.length > 0) {
    const values = rows.flatMap(({ value, steps: own }) => linesOf(own, [value === '' ? NONE : value]));
    lines.push('', ...table([[query.by ?? '', ...HEADS], ...values], 2, columns));
  }
  return `${lines.join('\n')}\n`;
}

/** The steps as CSV, with `by` for each value. Unknown numbers are empty. */
export function funnelCsv({ steps, rows, query }: FunnelResult): string {
  const names = query.steps.map(stepText);
  const fieldsOf = (own: FunnelResult['steps'][number], at: number) => ({
    ...{ step: at + 1, name: names[at]! },
    ...Object.fromEntries(Object.entries(own).map(([name, value]) => [name, value ?? ''])),
  });
  if (query.by === undefined) return csvOf(steps.map(fieldsOf));
  const { by } = query;
  return csvOf(
    (rows ?? []).flatMap(({ value, steps: own }) =>
      own.map((each, at) => ({ [by]: value, ...fieldsOf(each, at) })),
    ),
    [by, ...Object.keys(fieldsOf(steps[0]!, 0))],
  );
}

function cellsOf(step: FunnelResult['steps'][number]): string[] {
  return [
    countCell(step.visitors),
    shareCell(step.conversion_rate),
    shareCell(step.step_conversion_rate),
    countCell(step.drop_off),
  ];
}
