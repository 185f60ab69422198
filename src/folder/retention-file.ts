/**
 * `retention.json` in the data folder: the retention of the server that ran there last. Commands that open the folder while
 * no server runs read it: `purge` goes by it, and `import` warns of hits that the server would delete.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HitError, messageOf } from '../errors.ts';
import { writeAtomicallySync } from '../files/atomic.ts';

/** Ages as texts: what `--keep-hits` takes. */
export interface StoredRetention {
  readonly keep_hits: string;
  readonly keep_rollups: string;
  /** Ages of hits of scheduled purges that name their own. */
  readonly scheduled: readonly string[];
}

/** @throws HitError `data_dir_unusable` */
export function writeRetention(folder: string, retention: StoredRetention): void {
  writeAtomicallySync(pathIn(folder), `${JSON.stringify(retention, null, 2)}\n`);
}

/**
 * @returns undefined where no server ran yet
 * @throws HitError `data_dir_unusable` if the file is damaged
 */
export function readRetention(folder: string): StoredRetention | undefined {
  const path = pathIn(folder);
  if (!existsSync(path)) return undefined;
  try {
    const { keep_hits, keep_rollups, scheduled } = JSON.parse(readFileSync(path, 'utf8')) as Record<
      string,
      unknown
    >;
    if (typeof keep_hits !== 'string' || typeof keep_rollups !== 'string' || !Array.isArray(scheduled)) {
      throw new Error('it holds no retention');
    }
    return { keep_hits, keep_rollups, scheduled: scheduled.map(String) };
  } catch (error) {
    const message = `${path} cannot be read: ${messageOf(error)}. Delete it: the next start of the server writes it anew`;
    throw new HitError('data_dir_unusable', message, { cause: error });
  }
}

function pathIn(folder: string): string {
  return join(folder, 'retention.json');
}
