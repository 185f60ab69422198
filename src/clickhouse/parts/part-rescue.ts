/**
 * Detaches a broken part from its table, so that all other rows can be read again, and restores the parts that it was
 * merged from if they are still on disk.
 *
 * A part written by a merge or a mutation replaces its source parts, which stay on disk for half a minute
 * (old_parts_lifetime). The engine restores them itself when it loads a table whose newest part is broken. This module
 * does so without a restart:
 *
 * 1. The files of the sources are linked into `detached/rescued_NAME`, so that the engine may delete the sources.
 * 2. The broken part is detached. The engine puts an empty part in its place, which permanently covers the sources. This
 *    needs some disk space: if there is none, it fails and is retried at the next check.
 * 3. Each rescued part gets its own name and is attached. It gets new block numbers, which changes no query result.
 *
 * Wherever the process dies, the next start applies one rule (`attachRescued`): a rescued part is attached, unless an
 * active part with rows covers it, such as a source that the engine has restored. So rows are neither lost nor duplicated.
 */
import { access, copyFile, link, mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Dialect } from '../dialect.ts';
import { quote, withLiterals } from '../literals.ts';
import { queryText } from '../sql.ts';
import { sizeFault } from './part-files.ts';

/** Runs the statements that inspect parts: see `DedicatedConnection`. */
export interface PartEngine {
  readonly dialect: Dialect;
  rows<Row>(text: string): Promise<Row[]>;
  command(text: string): Promise<void>;
}

/** Prefix of copies of sources. */
const RESCUED = 'rescued_';
/** Prefix of incomplete copies, which are removed after a crash. */
const UNFINISHED = 'scratch_';
/** Prefix that the engine and its tools use for parts in `detached/` that are broken. */
const BROKEN = 'broken_';
/** Partition, first and last block, level, and version if a mutation changed it. */
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
  /** Rows of the part that queries no longer see. In an aggregating table, the sources may have had more. */
  readonly missingRows: number;
  /** Folder with the remains of the part; undefined if all of its rows are restored and nothing was kept. */
  readonly kept: string | undefined;
}

/**
 * Detaches a broken part of the embedded engine, and attaches its sources.
 *
 * @returns undefined if the table no longer has this part
 * @throws HitError `store_unavailable`, such as if the disk is full: the caller must retry
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
 * Attaches rescued parts, and deletes those that an active part covers.
 *
 * @returns names of the attached parts
 * @throws HitError `store_unavailable`
 */
export async function attachRescued(engine: PartEngine, table: string): Promise<string[]> {
  const parts = await partsOf(engine, table);
  const [some] = parts;
  // A table without any part had none that could be rescued.
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

/** Whether a name in `detached/` was given by a rescue. */
export function isRescued(name: string): boolean {
  return name.startsWith(RESCUED) || name.startsWith(UNFINISHED);
}

/** The largest whole parts that a part replaced; none holds rows of another or of a part that was rescued earlier. */
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

/** Links the files of a part, so that the copy takes no space. A copy under its final name is whole. */
async function copyPart(from: string, detached: string, name: string): Promise<void> {
  const unfinished = join(detached, UNFINISHED + name);
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });
  for (const file of await readdir(from)) {
    const [source, target] = [join(from, file), join(unfinished, file)];
    // If the file system has no hard links, copy.
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

/** Renames a folder to show why it is kept, or keeps its name if the new one is taken. */
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

/** Parts of a table: active ones, and replaced ones that are still on disk. */
async function partsOf(engine: PartEngine, table: string): Promise<StoredPart[]> {
  const rows = await engine.rows<
    Record<'name' | 'path', string> & Record<'rows' | 'bytes' | 'active', string | number>
  >(withLiterals(queryText('parts_stored', {}, engine.dialect), { table }));
  return rows.flatMap(({ name, path, rows, bytes, active }) => {
    const blocks = blocksOf(name);
    const numbers = { rows: Number(rows), bytes: Number(bytes), active: Number(active) === 1 };
    return blocks ? [{ ...blocks, ...numbers, table, path }] : [];
  });
}
