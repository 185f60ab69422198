import { HitError, messageOf } from '../errors.ts';
import { readQuery } from '../query/language/query-reader.ts';
import type { QueryAnswer } from '../query/query-schemas.ts';
import { Resources } from '../query/resources/resources.ts';
import type { DATA_SETTINGS } from '../settings/data.ts';
import type { Values } from '../settings/setting.ts';
import type { DBTracker } from '../trackers/db.ts';
import type { DBTrackerOptions } from '../trackers/db-options.ts';
import { connectToServer, openArchivedStore } from './archived-store.ts';
import type { ControlClient } from './control-client.ts';
import { warnOfUnknownSites } from './unknown-sites.ts';

/** An answer that names sites of its query that never had a hit. */
export interface AnyAnswer {
  readonly meta: { readonly unknown_sites?: readonly string[] };
}

/** A query to a server, or to a data folder with its goals, segments and funnels. */
export interface QueryRequest<Answer extends AnyAnswer> {
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
 * @param warn receives a message for each site that never had a hit
 * @param archive of hits that are to be read too
 * @throws HitError `bad_usage` for an invalid query, before a store is opened; `archive_failed` if there is no archive
 */
export async function ask<Answer extends AnyAnswer>(
  data: Values<typeof DATA_SETTINGS>,
  { path, query, check, answer }: QueryRequest<Answer>,
  warn: (message: string) => void,
  archive?: DBTrackerOptions['archive'],
): Promise<Answer> {
  const dataDir = data['data-dir']!;
  const control = await connectToServer(dataDir, archive);
  if (control) {
    const answered = await control.send<Answer>('POST', path, query);
    await warnOfUnknownSites(answered.meta.unknown_sites ?? [], () => siteNamesOf(control), warn);
    return answered;
  }
  const resources = new Resources(dataDir);
  try {
    const resolved = resources.resolve(query);
    check(resolved, resources);
    await using db = await openArchivedStore(data, archive);
    const answered = await answer(resolved, db, resources);
    await warnOfUnknownSites(answered.meta.unknown_sites ?? [], () => db.siteNames(), warn);
    return answered;
  } catch (error) {
    if (!(error instanceof HitError) || error.code !== 'invalid') throw error;
    throw new HitError('bad_usage', messageOf(error), { cause: error });
  }
}

/** Answers a query, as `ask` does. */
export function runQuery(
  data: Values<typeof DATA_SETTINGS>,
  query: unknown,
  warn: (message: string) => void,
  archive?: DBTrackerOptions['archive'],
): Promise<QueryAnswer> {
  const request: QueryRequest<QueryAnswer> = {
    ...{ path: '/api/v1/query', query },
    check: (asked, { goals }) => readQuery(asked, Date.now(), goals),
    answer: (asked, db, { goals }) => db.query(asked, goals),
  };
  return ask(data, request, warn, archive);
}

/** Names of all sites of a server. */
export async function siteNamesOf(control: ControlClient): Promise<string[]> {
  const { sites } = await control.get<{ sites: readonly { site: string }[] }>('/api/v1/sites');
  return sites.map(({ site }) => site);
}
