import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { intactLength } from '../hit/row.ts';
import { quarantineBatchWithRecords } from './batch-records.ts';
import { type Damage, damageOf, damageText, quarantine, repair } from './damage.ts';
import { fileOf, parseName, type Segment, type SegmentContent } from './segment.ts';

/**
 * Looks whether a finished segment still is what was written, after a sink did not take it, and repairs it as the next start
 * would: what is intact is delivered under the same id. Of a batch of an import nothing is left, since it can be made again.
 *
 * @returns what is lost; undefined for one that is as it was, or has not got its name yet
 * @throws HitError `spool_failed` where what is intact cannot be written
 */
export async function recheck(
  segment: Segment,
  log: { error(message: string): void },
): Promise<Damage | undefined> {
  const name = parseName(basename(segment.path));
  const folder = dirname(segment.path);
  const content = await readFile(segment.path).catch(() => undefined);
  if (!name || !content) return undefined;
  if (content.length === segment.bytes && intactLength(content).length === content.length) return undefined;
  const isNoted = name.state === 'noted';
  const damage = isNoted ? await quarantineBatchWithRecords(folder, name) : damageOf(name, content);
  if (!damage) return undefined;
  if (!isNoted) {
    await quarantine(folder, fileOf(name));
    await repair(folder, name, content, damage);
  }
  log.error(`spool: ${damageText(damage)}`);
  const { bytes, hits } = damage.kept;
  // The one change that a finished segment ever sees, and all who have it must see it.
  Object.assign(segment, { bytes, hits, notes: [] } satisfies SegmentContent);
  return damage;
}
