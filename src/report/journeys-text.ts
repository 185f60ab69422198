/** Journeys as text and as CSV. */
import { csvOf } from '../query/csv.ts';
import type { JourneysResult } from '../query/visit-schemas.ts';
import { table } from './query-text.ts';
import { clean, countCell, headingLines } from './scope-text.ts';

type Path = NonNullable<JourneysResult['after']>[number];
type Direction = 'before' | 'after';

const DIRECTIONS = ['before', 'after'] as const;
const EDGES: Readonly<Record<Direction, string>> = {
  before: '(start of the visit)',
  after: '(end of the visit)',
};

/**
 * The paths as a tree, each below the path that it continues.
 *
 * @param columns width of the terminal
 */
export function journeysText(answer: JourneysResult, columns: number): string {
  const { visits, visitors, query } = answer;
  const lines = [
    ...headingLines(answer),
    `${clean(query.page)}: ${countCell(visits)} visits, ${countCell(visitors)} visitors`,
  ];
  for (const direction of DIRECTIONS) {
    const paths = answer[direction];
    if (!paths) continue;
    const rows = inTree(paths).map(({ pages, visits: own, visitors: persons }) => [
      `${'  '.repeat(pages.length - 1)}${pages.at(-1) ?? EDGES[direction]}`,
      ...[countCell(own), countCell(persons)],
    ]);
    lines.push('', ...table([[direction, 'visits', 'visitors'], ...rows], 1, columns));
  }
  return `${lines.join('\n')}\n`;
}

/** The paths as CSV: a column for each page, the one next to the requested page first. */
export function journeysCsv(answer: JourneysResult): string {
  const columns = Array.from({ length: answer.query.steps }, (_, at) => `page_${at + 1}`);
  const rows = DIRECTIONS.flatMap((direction) =>
    (answer[direction] ?? []).map(({ pages, visits, visitors }) => ({
      direction,
      ...Object.fromEntries(
        columns.map((name, at) => [name, at < pages.length ? (pages[at] ?? EDGES[direction]) : '']),
      ),
      ...{ visits, visitors },
    })),
  );
  return csvOf(rows, ['direction', ...columns, 'visits', 'visitors']);
}

/** Paths in order, each followed by its continuations. */
function inTree(paths: readonly Path[]): Path[] {
  const byStart = new Map<string, Path[]>();
  for (const path of paths) {
    const start = JSON.stringify(path.pages.slice(0, -1));
    byStart.set(start, [...(byStart.get(start) ?? []), path]);
  }
  const below = (pages: Path['pages']): Path[] =>
    (byStart.get(JSON.stringify(pages)) ?? []).flatMap((path) => [path, ...below(path.pages)]);
  return below([]);
}
