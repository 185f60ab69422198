/** Finds the files that may hold a followed log: the specified ones, those that match a pattern, and their rotated siblings. */
import { existsSync, type Stats } from 'node:fs';
import { glob, readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { looksRotated, rotatedFrom } from './rotated-name.ts';

/** What the user specifies: a file, which may not exist yet, or a pattern. */
export interface FollowTarget {
  /** Absolute. */
  readonly path: string;
  readonly isPattern: boolean;
}

/** How a file is found: by the name that is written to, by another name that the user specified, or as a rotated sibling. */
type FoundAs = 'current' | 'named' | 'rotated';

/** A file at the moment of a scan. */
export interface FoundFile {
  readonly path: string;
  readonly name: string;
  readonly target: FollowTarget;
  readonly as: FoundAs;
  /** Device and inode. */
  readonly inode: string;
  /** Changes when the content does. */
  readonly version: string;
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly modified: number;
}

/** The targets that the user specifies, each once. A text that is the name of a file is not a pattern. */
export function followTargets(texts: readonly string[]): FollowTarget[] {
  const targets = texts.map((text) => {
    return { path: resolve(text), isPattern: /[*?[\]{}]/.test(text) && !existsSync(text) };
  });
  return [...new Map(targets.map((target) => [target.path, target])).values()];
}

/** Identifies a file by its device and inode, which a rename does not change. */
export function inodeOf({ dev, ino }: Pick<Stats, 'dev' | 'ino'>): string {
  return `${dev}:${ino}`;
}

/** All files of some targets, each once, without those that are removed in the meantime. */
export async function findFiles(targets: readonly FollowTarget[]): Promise<FoundFile[]> {
  const found = new Map<string, FoundFile>();
  for (const target of targets) {
    for (const file of await filesOf(target)) {
      const known = found.get(file.inode);
      // Of hard links and of files of several targets, the name that is written to takes precedence.
      if (!known || (known.as !== 'current' && file.as === 'current')) found.set(file.inode, file);
    }
  }
  return [...found.values()];
}

async function filesOf(target: FollowTarget): Promise<FoundFile[]> {
  const named = await withLinked(target.isPattern ? await matching(target.path) : [target.path]);
  const folders = Map.groupBy(named, dirname);
  const files = Array.from(folders, async ([folder, paths]) => {
    const names = new Set(paths.map((path) => basename(path)));
    const all = await readdir(folder).catch(() => []);
    const wanted = all.filter((name) => names.has(name) || rotatedFrom(name).some((from) => names.has(from)));
    return Promise.all(
      wanted.map((name) => {
        const as = !names.has(name) ? 'rotated' : looksRotated(name) ? 'named' : 'current';
        return fileAt(join(folder, name), target, as);
      }),
    );
  });
  return (await Promise.all(files)).flat().filter((file) => file !== undefined);
}

/**
 * The paths, and where symbolic links lead: the file is rotated there, and not the link. The new name is that of the file or of
 * the link, which leads to another file then.
 */
async function withLinked(paths: readonly string[]): Promise<readonly string[]> {
  const linked = await Promise.all(
    paths.map(async (path) => {
      const real = await realpath(path).catch(() => path);
      return [path, real, join(dirname(real), basename(path))];
    }),
  );
  return [...new Set(linked.flat())];
}

async function matching(pattern: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const path of glob(pattern)) paths.push(path);
  return paths;
}

async function fileAt(path: string, target: FollowTarget, as: FoundAs): Promise<FoundFile | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile() || found.size === 0) return undefined;
  const inode = inodeOf(found);
  return {
    path,
    name: basename(path),
    target,
    as,
    inode,
    version: `${inode}:${found.size}:${found.mtimeMs}`,
    size: found.size,
    modified: found.mtimeMs,
  };
}
