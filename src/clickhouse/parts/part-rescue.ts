/**
 * Takes a broken part out of its table, so that all other rows can be read again, and puts back the parts that it was
 * merged from while they are still on disk.
 *
 * A part that was merged, or changed by a mutation, replaces others, its sources, which stay on disk for half a minute
 * (old_parts_lifetime). The engine restores them by itself when it loads a table whose newest part is broken. Here that
 * happens without a restart:
 *
 * 1. The files of the sources are linked into `detached/rescued_NAME`, so that the engine may delete the sources.
 * 2. The broken part is detached. The engine puts an empty one in its place, which covers the sources for good. This
 *    needs some room on the disk: where there is none it fails, and is tried again at the next look.
 * 3. What was rescued gets its own name, and is attached. It gets new block numbers, which changes no answer.
 *
 * Wherever the process dies, the next start decides by one rule (`attachRescued`): what was rescued is attached, unless an
 * active part with rows covers it, as the sources do if the engine has restored them. So rows are neither lost nor doubled.
 */
import { access, copyFile, link, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { quote, withLiterals } from '../literals.ts';
import { queryText } from '../sql.ts';
import { sizeFault } from './part-files.ts';

/** What parts are looked at with: see `DedicatedConnection`. */
export interface PartEngine {
  rows<Row>(text: string): Promise<Row[]>;
  command(text: string): Promise<void>;
}

/** Prefix of copies of sources. */
const RESCUED = 'rescued_';
/** Of copies that are not whole yet: what is swept away after a crash. */
const UNFINISHED = 'scratch_';
/** The prefix by which the engine, and everybody after it, knows what is in `detached/` because it is broken. */
const BROKEN = 'broken_';
/** Partition, first and last block, level, and version where a mutation changed it. */
const NAME = /^(.+)_(\d+)_(\d+)_(\d+)(?:_(\d+))?$/;

/** Which rows of a table a part holds. */
interface Blocks {
  readonly name: string;
  readonly partition: string;
  readonly first: number;
  readonly last: number;
  readonly level: number;
  readonly version: number;
}

interface StoredPart extends Blocks {
  readonly table: string;
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
  readonly active: boolean;
}

export interface Rescue {
  /** Rows of the part that are in no answer now. Of a table that aggregates, sources may have had more. */
  readonly missingRows: number;
  /** Folder of what is left of the part; undefined if all of its rows are back, and nothing was kept. */
  readonly kept: string | undefined;
}

/**
 * Detaches a broken part of the embedded engine, and attaches its sources.
 *
 * @returns undefined if the table has no such part any more
 * @throws HitError `store_unavailable`, such as where the disk is full: to be called again then
 */
export async function rescue(engine: PartEngine, table: string, name: string): Promise<Rescue | undefined> {
  const parts = await partsOf(engine, table);
  const part = parts.find((each) => each.active && each.name === name);
  if (!part) return undefined;
  const detached = detachedOf(part.path);
  const earlier = await rescuedIn(detached);
  const sources = await sourcesOf(part, parts, earlier);
  for (const source of sources) await copyPart(source.path, detached, source.name);
  await engine.command(`ALTER TABLE ${table} DETACH PART ${quote(name)}`);
  const back = (await rescuedIn(detached)).filter((each) => isWithin(each, part));
  const rowsBack = back.reduce((sum, { rows }) => sum + rows, 0);
  await attachRescued(engine, table);
  const missingRows = Math.max(0, part.rows - rowsBack);
  const left = join(detached, name);
  if (missingRows === 0) {
    await rm(left, { recursive: true, force: true });
    return { missingRows, kept: undefined };
  }
  return { missingRows, kept: await renamed(left, join(detached, BROKEN + name)) };
}

/**
 * Puts what was rescued where it belongs.
 *
 * @returns names of parts that were attached
 * @throws HitError `store_unavailable`
 */
export async function attachRescued(engine: PartEngine, table: string): Promise<string[]> {
  const parts = await partsOf(engine, table);
  const [some] = parts;
  // A table that has not one part has had none that could be rescued.
  if (!some) return [];
  const detached = detachedOf(some.path);
  const attached: string[] = [];
  for (const each of await rescuedIn(detached)) {
    const place = join(detached, RESCUED + each.name);
    if (parts.some((part) => part.active && part.rows > 0 && isWithin(each, part))) {
      await rm(place, { recursive: true, force: true });
      continue;
    }
    await rm(join(detached, each.name), { recursive: true, force: true });
    await rename(place, join(detached, each.name));
    await engine.command(`ALTER TABLE ${table} ATTACH PART ${quote(each.name)}`);
    attached.push(each.name);
  }
  return attached;
}

/** Whether a name in `detached/` is one that a rescue gives. */
export function isRescued(name: string): boolean {
  return name.startsWith(RESCUED) || name.startsWith(UNFINISHED);
}

/** Whole parts that a part replaced, the largest ones, none of which holds rows of another or of what was rescued earlier. */
async function sourcesOf(
  part: StoredPart,
  parts: readonly StoredPart[],
  earlier: readonly Blocks[],
): Promise<StoredPart[]> {
  const sources: StoredPart[] = [];
  const replaced = parts
    .filter((each) => !each.active && each.rows > 0 && isWithin(each, part))
    .sort((a, b) => b.last - b.first - (a.last - a.first) || b.level - a.level || b.version - a.version);
  for (const each of replaced) {
    if ([...sources, ...earlier].some((source) => isWithin(each, source))) continue;
    if ((await sizeFault(each.path, each.bytes)) === undefined) sources.push(each);
  }
  return sources;
}

function isWithin(inner: Blocks, outer: Blocks): boolean {
  return inner.partition === outer.partition && inner.first >= outer.first && inner.last <= outer.last;
}

/** Links the files of a part, so that it takes no room. What is there under its last name is whole. */
async function copyPart(from: string, detached: string, name: string): Promise<void> {
  const unfinished = join(detached, UNFINISHED + name);
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });
  for (const file of await readdir(from)) {
    const [source, target] = [join(from, file), join(unfinished, file)];
    // A file system without hard links copies.
    await link(source, target).catch(() => copyFile(source, target));
  }
  await rename(unfinished, join(detached, RESCUED + name));
}

async function rescuedIn(detached: string): Promise<(Blocks & { readonly rows: number })[]> {
  const rescued: (Blocks & { readonly rows: number })[] = [];
  for (const name of await readdir(detached)) {
    const blocks = name.startsWith(RESCUED) ? blocksOf(name.slice(RESCUED.length)) : undefined;
    if (!blocks) continue;
    const rows = Number(await readFile(join(detached, name, 'count.txt'), 'utf8'));
    rescued.push({ ...blocks, rows });
  }
  return rescued;
}

function detachedOf(part: string): string {
  return join(dirname(part.replace(/\/$/, '')), 'detached');
}

/** Gives a folder a name that tells why it is there, or leaves it under its own if another has that name. */
async function renamed(from: string, to: string): Promise<string> {
  const isTaken = await access(to).then(
    () => true,
    () => false,
  );
  if (isTaken) return from;
  return rename(from, to).then(
    () => to,
    () => from,
  );
}

function blocksOf(name: string): Blocks | undefined {
  const [, partition, first, last, level, version] = NAME.exec(name) ?? [];
  if (partition === undefined) return undefined;
  const numbers = { first: Number(first), last: Number(last), level: Number(level) };
  return { name, partition, ...numbers, version: Number(version ?? 0) };
}

/** Parts of a table: active ones, and those that were replaced and are still on disk. */
async function partsOf(engine: PartEngine, table: string): Promise<StoredPart[]> {
  const rows = await engine.rows<
    Record<'name' | 'path', string> & Record<'rows' | 'bytes' | 'active', string | number>
  >(withLiterals(queryText('parts_stored'), { table }));
  return rows.flatMap(({ name, path, rows, bytes, active }) => {
    const blocks = blocksOf(name);
    const numbers = { rows: Number(rows), bytes: Number(bytes), active: Number(active) === 1 };
    return blocks ? [{ ...blocks, ...numbers, table, path }] : [];
  });
}
