/** Answers journeys. */
import { HitError } from '../../errors.ts';
import type { Source } from '../source.ts';
import { compareTexts } from './answer.ts';
import {
  type Journey,
  type JourneyAnswer,
  MOST_CONTINUATIONS,
  MOST_JOURNEY_STEPS,
  type PagePath,
} from './journey-query.ts';
import { journeyStatement } from './journey-sql.ts';
import { Names } from './names.ts';
import { tableOf } from './rows.ts';
import { ScopeSql } from './scope-sql.ts';
import { MOST_ROWS } from './statement.ts';

type PathRow = Readonly<Record<string, string | number>> & { readonly path: readonly string[] };

/**
 * Counts the paths after a page, or before it.
 *
 * @throws HitError `invalid` for numbers out of range, or too many paths; `query_timeout`, `overloaded`, `store_unavailable`
 * @example
 * const { paths } = await answerJourney({ store }, { ...scope, page: '/pricing', direction: 'after', steps: 3, limit: 10 });
 * paths[0]; // { pages: ['/signup'], visits: 120, visitors: 97 }
 */
export async function answerJourney(source: Source, journey: Journey): Promise<JourneyAnswer> {
  check(journey);
  const table = await tableOf(source, journey);
  const names = new Names({ ...journey, dimensions: [] });
  const { text, parameters } = journeyStatement(new ScopeSql(journey, table, names), journey);
  const rows = await source.store.rowsOf<PathRow>(text, parameters);
  if (rows.length > MOST_ROWS)
    throw new HitError('invalid', `the answer has more than ${MOST_ROWS} paths: choose fewer steps`);
  const [any] = rows;
  return { visits: Number(any?.visits0 ?? 0), visitors: Number(any?.visitors0 ?? 0), paths: pathsOf(rows) };
}

function check({ steps, limit }: Journey): void {
  const isIn = (value: number, most: number) => Number.isSafeInteger(value) && value >= 1 && value <= most;
  if (!isIn(steps, MOST_JOURNEY_STEPS))
    throw new HitError('invalid', `a path has 1 to ${MOST_JOURNEY_STEPS} steps, not ${steps}`);
  if (!isIn(limit, MOST_CONTINUATIONS))
    throw new HitError('invalid', `a path has 1 to ${MOST_CONTINUATIONS} continuations, not ${limit}`);
}

/** All parts of the paths that begin with their first page, each once. */
function pathsOf(rows: readonly PathRow[]): PagePath[] {
  const parts = new Map<string, PagePath>();
  for (const row of rows) {
    for (let length = 1; length <= row.path.length; length++) {
      const path = row.path.slice(0, length);
      const key = JSON.stringify(path);
      if (parts.has(key)) continue;
      const pages = path.map((element) => (element === '' ? null : element.slice(1)));
      parts.set(key, {
        pages,
        visits: Number(row[`visits${length}`]),
        visitors: Number(row[`visitors${length}`]),
      });
    }
  }
  return [...parts.values()].sort(
    (a, b) => a.pages.length - b.pages.length || b.visits - a.visits || comparePages(a.pages, b.pages),
  );
}

/** Null first, then by UTF-8 bytes. */
function comparePages(some: PagePath['pages'], others: PagePath['pages']): number {
  for (const [at, page] of some.entries()) {
    const other = others[at]!;
    if (page === other) continue;
    if (page === null) return -1;
    return other === null ? 1 : compareTexts(page, other);
  }
  return 0;
}
