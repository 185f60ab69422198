/** Rules that no compiler checks: which room may import which, and what a file may contain. */
import { posix } from 'node:path';

/**
 * The rooms of `src/`, lowest first. A room is a folder, or a file at the top of `src/`.
 *
 * A file imports from its own room and from those before it, never from a later one. So the definition of a hit can be
 * read, tested and moved without knowing what is done with it; the sketches do not know storage, storage does not know
 * HTTP; and there are no cycles, of rooms or of files. Add a new room here before its first file.
 */
export const ROOMS: readonly string[] = [
  'errors', // every coded fault: anything may throw one
  'timing', // when something happens: units, delays, time limits, turns
  'cache', // what is kept in bounded memory
  'schema', // what values look like that come in and go out: their types, checks and documents from one source
  'files', // files that last: atomic, durable
  'settings', // every setting: its flag, unit, range, default and an example
  'config', // reads them, once; they are passed on as plain values
  'source', // what sources, channels and bots are called, by lists, pure
  'hit', // what a hit is and who a visitor is, pure
  'rows', // hits as bytes: the rows of the spool and the store
  'folder', // the data folder: its lock and its secrets
  'sketch', // how to count, pure
  'live', // where live counts are kept
  'spool', // what is on disk before a hit is acknowledged
  'clickhouse', // the connection, its dialects, the schema, the fixed statements, and the parts of tables on disk
  'store', // the store: takes batches in exactly once, by the ledger
  'visits', // hits of a visitor without a silence of 30 minutes
  'rollup', // counts of periods
  'retention', // what is purged, and when
  'deletion', // sites, with all that they have
  'query', // queries over periods: stats, rankings, visits, exports
  'archive', // hits as Parquet files, out of the store and back
  'migration', // from an embedded store to a server
  'stream', // what is published
  'trackers', // what is done with a hit: live state and spool behind one port
  'middleware', // the answers of an application as hits, for each web framework
  'doctor', // what is wrong with all of these
  'schedule', // scheduled work: reports, upkeep, alerts
  'logs', // hits read from access logs
  'http', // hits and queries from the network
  'report', // the text, JSON and CSV of a report, and numbers as text
  'server', // composes a server of all these
  'commands', // the command line's commands
  'program', // the interface for the shell,
  'cli', // with its entry point
  'library', // those for programs, one for each weight,
  'index', // and all of them together
];

const MAX_LINES = 300;
const BARRELS = /^(?:index\.ts$|library\/)/;
const READERS_OF_THE_PROCESS = ['config.ts', 'program.ts', 'cli.ts'];

/**
 * Finds violations of the rules.
 *
 * @param sources text of each file, by its path below `src/` with `/` between the parts; tests are not subject to
 *   the rules, and must be left out
 * @returns one line for each violation: the file, the rule, and the cause
 */
export function faults(sources: ReadonlyMap<string, string>): string[] {
  const code = new Map(Array.from(sources, ([file, source]) => [file, withoutComments(source)]));
  return [
    ...[...code].flatMap(([file, text]) => [
      ...orderFaults(file, text),
      ...barrelFaults(file, text),
      ...processFaults(file, text),
      ...sizeFaults(file, sources.get(file)!),
    ]),
    ...circleFaults(code),
  ];
}

/** Files that a file names by a relative path, including type imports, dynamic imports and files of workers. */
function importsOf(file: string, code: string): { path: string; target: string }[] {
  return Array.from(code.matchAll(/['"`](\.{1,2}\/[^'"`\n]+\.ts)['"`]/g), ([, path = '']) => ({
    path,
    target: posix.join(posix.dirname(file), path),
  }));
}

/** Import cycles. Each is reported once, from the first of its files on. */
function* circleFaults(code: ReadonlyMap<string, string>): Iterable<string> {
  const done = new Set<string>();
  const way: string[] = [];
  const circles: string[] = [];
  const visit = (file: string) => {
    const start = way.indexOf(file);
    if (start >= 0) circles.push([...way.slice(start), file].join(' → '));
    if (start >= 0 || done.has(file)) return;
    way.push(file);
    for (const { target } of importsOf(file, code.get(file) ?? '')) visit(target);
    way.pop();
    done.add(file);
  };
  for (const file of code.keys()) visit(file);
  for (const circle of circles)
    yield `src/${circle}: files import one another in a circle; move what both need to a file of its own`;
}

function roomOf(file: string): string {
  return file.includes('/') ? file.slice(0, file.indexOf('/')) : file.replace(/\.ts$/, '');
}

function* orderFaults(file: string, code: string): Iterable<string> {
  const place = ROOMS.indexOf(roomOf(file));
  if (place < 0) {
    yield `src/${file}: "${roomOf(file)}" is no room; give it a place in ROOMS, in test/rooms.ts`;
    return;
  }
  for (const { path, target } of importsOf(file, code)) {
    if (ROOMS.indexOf(roomOf(target)) > place) {
      yield `src/${file}: a file imports from its own room and the rooms before it; "${roomOf(file)}" is before "${roomOf(target)}" (${path})`;
    }
  }
}

function* barrelFaults(file: string, code: string): Iterable<string> {
  const rest = code.replaceAll(/\b(?:import|export)\b[^;]*?\bfrom\s*['"][^'"]*['"];?/g, '');
  if (!BARRELS.test(file) && code.trim() !== '' && rest.trim() === '') {
    yield `src/${file}: only src/index.ts and src/library/ are barrels; import from the file that has the thing`;
  }
}

function* processFaults(file: string, code: string): Iterable<string> {
  if (READERS_OF_THE_PROCESS.includes(file)) return;
  const reads =
    /\bprocess\s*\.\s*(?:argv|env)\b/.test(code) ||
    /\{[^{}]*\b(?:argv|env)\b[^{}]*\}\s*(?:=\s*(?:globalThis\.)?process\b|from\s*['"](?:node:)?process['"])/.test(
      code,
    );
  if (reads) {
    yield `src/${file}: only ${READERS_OF_THE_PROCESS.join(' and ')} read process.argv and process.env; take the value as an argument`;
  }
}

function* sizeFaults(file: string, source: string): Iterable<string> {
  const lines = source.trimEnd().split('\n').length;
  if (lines > MAX_LINES)
    yield `src/${file}: a file has at most ${MAX_LINES} lines, this one has ${lines}; it holds two ideas`;
}

/** Removes comments, so that an example in a comment does not count as code. Good enough for formatted sources. */
function withoutComments(source: string): string {
  return source.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|\s)\/\/.*$/gm, '$1');
}
