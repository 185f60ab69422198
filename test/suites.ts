/** The suites of tests, and which files each runs: `scripts/test.ts` runs them. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
/** What decides how often a test is repeated. */
const ROUNDS = join(import.meta.dirname, 'fixtures/rounds.ts');

/** What tests may not share a process with others for: an engine has one folder at a time; the rest need their time. */
const ALONE = new Set([
  'chdb',
  'chdb/connection',
  'node:child_process',
  'node:worker_threads',
  'playwright-core',
  'vite',
]);

type Files = () => readonly string[];

/** Those of `test/faults/`, and others that are slow and rarely fail, which lie beside what they test. */
const SLOW = /^test\/faults\/|\.slow\.test\.ts$/;

/** All except slow tests and those whose engines must be downloaded. */
const quick: Files = () =>
  testFiles().filter((file) => !SLOW.test(file) && !file.startsWith('test/engines/'));
/** Slow tests, and those that are repeated more often than in `quick`. */
const faults: Files = () => [
  ...testFiles().filter((file) => SLOW.test(file)),
  ...quick().filter((file) => importsOf(join(ROOT, file)).has(ROUNDS)),
];
/** Tests whose engines must be downloaded. */
const engines: Files = () => testFiles('test/engines/');

/** The files of each suite, by paths below the root. */
export const SUITES: Readonly<Record<string, Files>> = { quick, faults, engines };

/** All test files below the root, or in a folder of it, sorted. */
export function testFiles(folder = ''): string[] {
  return globSync('{src,dashboard,test}/**/*.test.ts', { cwd: ROOT })
    .map((file) => file.replaceAll(sep, '/'))
    .filter((file) => file.startsWith(folder))
    .sort();
}

/**
 * The files of `quick` that need nothing but their own process: no engine, no other process, no thread. They share one, as
 * starting one for each takes longer than most of them.
 */
export function plainFiles(): string[] {
  const known = new Map<string, ReadonlySet<string>>();
  return quick().filter((file) => ![...reached(join(ROOT, file), known)].some((name) => ALONE.has(name)));
}

/** The files and packages that a file imports, and those that they import, except for types. @param known of earlier calls */
export function reached(start: string, known = new Map<string, ReadonlySet<string>>()): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [start];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (found.has(file)) continue;
    found.add(file);
    // A package, or what only looks like an import in a text.
    if (!existsSync(file)) continue;
    const imports = known.get(file) ?? importsOf(file);
    known.set(file, imports);
    open.push(...imports);
  }
  return found;
}

function importsOf(file: string): ReadonlySet<string> {
  const text = readFileSync(file, 'utf8');
  const names = text.matchAll(
    /^(?:im|ex)port (?!type )(?:[^;'"]*? from )?'([^']+)'|(?:import|require)\('([^']+)'\)/gm,
  );
  return new Set(
    Array.from(names, ([, named, dynamic]) => named ?? dynamic!).map((name) =>
      name.startsWith('.') ? join(file, '..', name) : name,
    ),
  );
}
