/** The rules of the house that no compiler knows: which room may import which, and what a file may hold. */
import { posix } from 'node:path';

/**
 * The rooms of `src/`, lowest first. A room is a folder, or a file at the top of `src/`.
 *
 * A file imports from its own room and from those before it, never from a later one. So what a hit is can be read,
 * tested and moved without knowing what is done with it; the mathematics knows no storage, storage no HTTP; and
 * there is no circle. A new room gets its place here before its first file.
 */
export const ROOMS: readonly string[] = [
  'errors', // every coded fault: anything may throw one
  'settings', // every setting: its flag, unit, range, default and an example
  'config', // reads them, once; they are handed down as plain values
  'hit', // what a hit is and who a visitor is, pure
  'folder', // the data folder: its lock and its secrets
  'sketch', // how to count, pure
  'live', // where counts of now are kept
  'spool', // what is on disk before anybody is told "counted"
  'store', // what is kept for good
  'stream', // what is published
  'trackers', // what is done with a hit: live state and spool behind one port
  'doctor', // what is wrong with all of these
  'schedule', // what is done by the clock: reports, upkeep, alerts
  'logs', // hits read from access logs
  'http', // hits and questions from the network
  'commands', // what a person types
  'program', // the two faces of the whole house: one for the shell,
  'cli', // with its door,
  'index', // one for programs
];

const MAX_LINES = 300;
const BARREL = 'index.ts';
const READERS_OF_THE_PROCESS = ['config.ts', 'program.ts', 'cli.ts'];

/**
 * Finds what breaks the rules.
 *
 * @param sources text of each file, by its path below `src/` with `/` between the parts; tests are not subject to
 *   the rules, and are to be left out
 * @returns one line for each fault: the file, the rule, and what is to blame
 */
export function faults(sources: ReadonlyMap<string, string>): string[] {
  return [...sources].flatMap(([file, source]) => {
    const code = withoutComments(source);
    return [
      ...orderFaults(file, code),
      ...barrelFaults(file, code),
      ...processFaults(file, code),
      ...sizeFaults(file, source),
    ];
  });
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
  // Every relative path to a .ts file counts: imports of types, dynamic imports and the files of workers too.
  for (const [, path = ''] of code.matchAll(/['"`](\.{1,2}\/[^'"`\n]+\.ts)['"`]/g)) {
    const target = posix.join(posix.dirname(file), path);
    if (ROOMS.indexOf(roomOf(target)) > place) {
      yield `src/${file}: a file imports from its own room and the rooms before it; "${roomOf(file)}" is before "${roomOf(target)}" (${path})`;
    }
  }
}

function* barrelFaults(file: string, code: string): Iterable<string> {
  const rest = code.replaceAll(/\b(?:import|export)\b[^;]*?\bfrom\s*['"][^'"]*['"];?/g, '');
  if (file !== BARREL && code.trim() !== '' && rest.trim() === '') {
    yield `src/${file}: only src/${BARREL} is a barrel; import from the file that has the thing`;
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

/** Blanks comments, so that an example in a comment is not taken for code. Good enough for formatted sources. */
function withoutComments(source: string): string {
  return source.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|\s)\/\/.*$/gm, '$1');
}
