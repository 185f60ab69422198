import type { Path } from './visit-answers.ts';

/** Paths in the order of an indented list: each is followed by its continuations, those with the most visits first. */
export function pathsInOrder(paths: readonly Path[]): readonly Path[] {
  const children = new Map<string, Path[]>();
  for (const path of paths) {
    const parent = JSON.stringify(path.pages.slice(0, -1));
    children.set(parent, [...(children.get(parent) ?? []), path]);
  }
  const below = (pages: Path['pages']): Path[] =>
    (children.get(JSON.stringify(pages)) ?? [])
      .toSorted((a, b) => b.visits - a.visits)
      .flatMap((path) => [path, ...below(path.pages)]);
  return below([]);
}
