import { HitError, messageOf } from '../errors.ts';
import { readQuery } from '../query/language/query-reader.ts';
import type { QueryAnswer } from '../query/query-schemas.ts';
import { Resources } from '../query/resources/resources.ts';
import type { DATA_SETTINGS } from '../settings/data.ts';
import type { Values } from '../settings/setting.ts';
import { DBTracker, type DBTrackerOptions } from '../trackers/db.ts';
import { ControlClient } from './control-client.ts';

/**
 * Asks the server that runs on a data folder, or else the folder itself.
 *
 * @param archive of hits that are to be read too
 * @throws HitError `bad_usage` for a query that is not understood, before a store is opened
 */
export async function askQuery(
  place: Values<typeof DATA_SETTINGS>,
  query: unknown,
  archive?: DBTrackerOptions['archive'],
): Promise<QueryAnswer> {
  const dataDir = place['data-dir']!;
  const control = await ControlClient.connect(dataDir);
  if (control) {
    if (archive)
      throw new HitError(
        'bad_usage',
        'a server runs on this data folder: start it with --archive, and ask without',
      );
    return control.send<QueryAnswer>('POST', '/api/v1/query', query);
  }
  const { goals } = new Resources(dataDir);
  try {
    readQuery(query, Date.now(), goals);
    await using db = await DBTracker.open({ dataDir, store: place.store!, archive });
    return await db.query(query, goals);
  } catch (error) {
    if (!(error instanceof HitError) || error.code !== 'invalid') throw error;
    throw new HitError('bad_usage', messageOf(error), { cause: error });
  }
}
