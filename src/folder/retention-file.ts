/**
 * `retention.json` in the data folder: the retention of the last server that ran there. Commands that open the folder while
 * no server runs read it: `purge` applies it, and `import` warns about hits that the server would delete.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HitError, messageOf } from '../errors.ts';
import { writeAtomicallySync } from '../files/atomic.ts';

/** Ages as text, in the format of `--keep-hits`. */
export interface StoredRetention {
  readonly keep_hits: string;
  readonly keep_rollups: string;
  /** Undefined in a file of a version without visits. */
  readonly keep_visits?: string;
  /** Ages of hits of scheduled purges that set their own. */
  readonly scheduled: readonly string[];
}

/** @throws HitError `data_dir_unusable` */
export function writeRetention(folder: string, retention: StoredRetention): void {
  writeAtomicallySync(pathIn(folder), `${JSON.stringify(retention, null, 2)}\n`);
}

/**
 * @returns undefined if no server has run yet
 * @throws HitError `data_dir_unusable` if the file is damaged
 */
export function readRetention(folder: string): StoredRetention | undefined {
  const path = pathIn(folder);
  if (!existsSync(path)) return undefined;
  try {
    const { keep_hits, keep_rollups, keep_visits, scheduled } = JSON.parse(
      readFileSync(path, 'utf8'),
    ) as Record<string, unknown>;
    const ages = [keep_hits, keep_rollups, keep_visits ?? ''];
    if (ages.some((text) => typeof text !== 'string') || !Array.isArray(scheduled)) {
      throw new Error('it holds no retention');
    }
    return {
      ...{ keep_hits: String(keep_hits), keep_rollups: String(keep_rollups) },
      ...(keep_visits !== undefined && { keep_visits: String(keep_visits) }),
      scheduled: scheduled.map(String),
    };
  } catch (error) {
    const message = `${path} cannot be read: ${messageOf(error)}. Delete it: the next start of the server writes it again`;
    throw new HitError('data_dir_unusable', message, { cause: error });
  }
}

function pathIn(folder: string): string {
  return join(folder, 'retention.json');
}
