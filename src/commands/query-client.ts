import { HitError, messageOf } from '../errors.ts';
import { readQuery } from '../query/language/query-reader.ts';
import type { QueryAnswer } from '../query/query-schemas.ts';
import { Resources } from '../query/resources/resources.ts';
import type { DATA_SETTINGS } from '../settings/data.ts';
import type { Values } from '../settings/setting.ts';
import type { DBTrackerOptions } from '../trackers/db.ts';
import { connectToServer, openArchivedStore } from './archived-store.ts';

/**
 * Sends the query to the server that runs on a data folder, or answers it from the folder itself.
 *
 * @param archive of hits that are to be read too
 * @throws HitError `bad_usage` for an invalid query, before a store is opened; `archive_failed` if there is no archive
 */
export async function runQuery(
  data: Values<typeof DATA_SETTINGS>,
  query: unknown,
  archive?: DBTrackerOptions['archive'],
): Promise<QueryAnswer> {
  const dataDir = data['data-dir']!;
  const control = await connectToServer(dataDir, archive);
  if (control) return control.send<QueryAnswer>('POST', '/api/v1/query', query);
  const { goals } = new Resources(dataDir);
  try {
    readQuery(query, Date.now(), goals);
    await using db = await openArchivedStore(data, archive);
    return await db.query(query, goals);
  } catch (error) {
    if (!(error instanceof HitError) || error.code !== 'invalid') throw error;
    throw new HitError('bad_usage', messageOf(error), { cause: error });
  }
}
