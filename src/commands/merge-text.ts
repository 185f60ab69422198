import type { MergeAnswer, NodeAnswer, Unreached } from '../http/peers/merged-answer.ts';
import { numberText } from '../report/number-text.ts';

/** Maximum line width, however wide the terminal is. */
const WIDEST = 100;
const LEAST_LABEL = 8;
const GAP = 2;

type Cells = readonly [label: string, ...numbers: string[]];

const SOURCES = { filter: 'Bloom filters', table: 'last-seen tables' } as const;

/** The answer as text, as wide as the terminal. */
export function mergeText(answer: MergeAnswer, columns: number): string {
  const width = Math.min(columns, WIDEST);
  const reached = answer.nodes.filter((node) => 'hits' in node);
  const lines = [
    ...wrapped(
      `${answer.site ?? 'all sites'} on ${reached.length} of ${answer.nodes.length} nodes, ${answer.at}`,
      width,
    ),
    '',
    ...table(
      [
        ['window', 'hits', 'visitors', 'hits/s'],
        ...answer.windows.map(
          ({ window, hits, visitors, hits_per_second }): Cells => [
            window,
            numberText(hits),
            numberText(visitors),
            String(hits_per_second),
          ],
        ),
        ['all time', numberText(answer.total.hits), numberText(answer.total.visitors), ''],
      ],
      width,
    ),
    '',
    ...table([['node', 'hits', 'visitors'], ...answer.nodes.map(nodeCells)], width),
    '',
    ...wrapped(explanation(answer), width),
  ];
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}

function nodeCells(node: NodeAnswer | Unreached): Cells {
  if ('problem' in node) return [node.url, '-', '-'];
  return [node.url, numberText(node.hits), numberText(node.visitors)];
}

function explanation({ total, windows }: MergeAnswer): string {
  const error = windows[0]?.error;
  const windowed =
    error === undefined ? '' : ` Visitors of windows have a standard error of ${(100 * error).toFixed(1)}%.`;
  return `Visitors of several nodes count once.${windowed} All-time visitors come from the merged ${SOURCES[total.visitors_from]}.`;
}

/** Numbers are aligned right, as wide as needed; labels take the rest, and are truncated. */
function table(rows: readonly Cells[], width: number): string[] {
  const numbers = rows[0]!.slice(1).map((_, i) => Math.max(...rows.map((row) => row[i + 1]!.length)) + GAP);
  const room = Math.max(LEAST_LABEL, width - numbers.reduce((sum, each) => sum + each, 0));
  const label = Math.min(room, Math.max(...rows.map(([text]) => text.length)));
  return rows.map(([text, ...cells]) =>
    [fitted(text, label), ...cells.map((cell, i) => cell.padStart(numbers[i]!))].join(''),
  );
}

function fitted(text: string, width: number): string {
  return cut(text, width).padEnd(width);
}

function cut(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text;
}

function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const each of text.split(' ')) {
    const word = cut(each, width);
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}
