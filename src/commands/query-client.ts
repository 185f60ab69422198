import { HitError, messageOf } from '../errors.ts';
import { readQuery } from '../query/language/query-reader.ts';
import type { QueryAnswer } from '../query/query-schemas.ts';
import { Resources } from '../query/resources/resources.ts';
import type { DATA_SETTINGS } from '../settings/data.ts';
import type { Values } from '../settings/setting.ts';
import type { DBTracker } from '../trackers/db.ts';
import type { DBTrackerOptions } from '../trackers/db-options.ts';
import { connectToServer, openArchivedStore } from './archived-store.ts';

/** A query to a server, or to a data folder with its goals, segments and funnels. */
export interface Question<Answer> {
  readonly path: string;
  /** The JSON that is sent to a server. */
  readonly query: unknown;
  /**
   * @param query the JSON, with the filters of its segment
   * @throws HitError `invalid` for an invalid query
   */
  check(query: unknown, resources: Resources): void;
  answer(query: unknown, db: DBTracker, resources: Resources): Promise<Answer>;
}

/**
 * Sends a query to the server that runs on a data folder, or answers it from the folder itself.
 *
 * @param archive of hits that are to be read too
 * @throws HitError `bad_usage` for an invalid query, before a store is opened; `archive_failed` if there is no archive
 */
export async function ask<Answer>(
  data: Values<typeof DATA_SETTINGS>,
  { path, query, check, answer }: Question<Answer>,
  archive?: DBTrackerOptions['archive'],
): Promise<Answer> {
  const dataDir = data['data-dir']!;
  const control = await connectToServer(dataDir, archive);
  if (control) return control.send<Answer>('POST', path, query);
  const resources = new Resources(dataDir);
  try {
    const resolved = resources.resolve(query);
    check(resolved, resources);
    await using db = await openArchivedStore(data, archive);
    return await answer(resolved, db, resources);
  } catch (error) {
    if (!(error instanceof HitError) || error.code !== 'invalid') throw error;
    throw new HitError('bad_usage', messageOf(error), { cause: error });
  }
}

/** Answers a query, as `ask` does. */
export function runQuery(
  data: Values<typeof DATA_SETTINGS>,
  query: unknown,
  archive?: DBTrackerOptions['archive'],
): Promise<QueryAnswer> {
  const question: Question<QueryAnswer> = {
    ...{ path: '/api/v1/query', query },
    check: (asked, { goals }) => readQuery(asked, Date.now(), goals),
    answer: (asked, db, { goals }) => db.query(asked, goals),
  };
  return ask(data, question, archive);
}
