import { readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { quarantineBatchWithRecords } from './batch-records.ts';
import { type Damage, damageOf, damageText, quarantine, repair } from './damage.ts';
import { fileOf, isWhole, parseName, type Segment, type SegmentContent } from './segment.ts';

/**
 * Checks whether a finished segment is still intact after a sink rejected it, and repairs it as the next start would: intact
 * groups are delivered under the same id. Nothing is kept of an import's batch, since it can be rebuilt.
 *
 * @returns what is lost; undefined if the segment is unchanged or does not have its final name yet
 * @throws HitError `spool_failed` if the intact groups cannot be written
 */
export async function recheck(
  segment: Segment,
  log: { error(message: string): void },
): Promise<Damage | undefined> {
  const name = parseName(basename(segment.path));
  const folder = dirname(segment.path);
  const content = await readFile(segment.path).catch(() => undefined);
  if (!name || !content) return undefined;
  if (isWhole(segment, content)) return undefined;
  const isNoted = name.state === 'noted';
  const damage = isNoted ? await quarantineBatchWithRecords(folder, name) : damageOf(name, content, segment);
  if (!damage) return undefined;
  if (!isNoted) {
    await quarantine(folder, fileOf(name));
    await repair(folder, name, content, damage);
  }
  log.error(`spool: ${damageText(damage)}`);
  const { bytes, hits } = damage.kept;
  // The only change ever made to a finished segment; every holder of the object must see it.
  Object.assign(segment, { bytes, hits, records: [] } satisfies SegmentContent);
  return damage;
}
