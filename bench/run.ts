/**
 * Runs benchmarks, and writes their results to `bench/RESULTS.md`.
 *
 * `npm run bench` runs all of them, in some ten minutes on an idle machine; `npm run bench -- ingest
 * import` runs some. With `--quick` each takes a minute at most, its figures mean little, and nothing is written. A missed
 * goal is not a failure; a wrong result is.
 */

import { parseArgs } from 'node:util';
import { HitError, messageOf } from '../src/errors.ts';
import { archive } from './archive.ts';
import type { Bench } from './bench.ts';
import { importLog } from './import.ts';
import { ingest } from './ingest.ts';
import { memory } from './memory.ts';
import { page } from './page.ts';
import { readers } from './readers.ts';
import { saveSections, sectionOf } from './results.ts';
import { shared } from './shared.ts';
import { sketches } from './sketches.ts';
import { stream } from './stream.ts';
import { threads } from './threads.ts';
import { trackers } from './trackers.ts';

const BENCHES: Readonly<Record<string, Bench>> = {
  ingest,
  threads,
  shared,
  stream,
  import: importLog,
  sketches,
  trackers,
  memory,
  archive,
  readers,
  page,
};

/**
 * Which benchmarks to run, and how.
 *
 * @throws HitError `bad_usage`
 */
function readArgs(args: string[]): { names: readonly string[]; quick: boolean } {
  const { values, positionals } = parsed(args);
  const unknown = positionals.find((name) => !Object.hasOwn(BENCHES, name));
  if (unknown !== undefined) {
    throw new HitError(
      'bad_usage',
      `there is no benchmark "${unknown}": name some of ${Object.keys(BENCHES).join(', ')}`,
    );
  }
  return { names: positionals.length > 0 ? positionals : Object.keys(BENCHES), quick: values.quick };
}

function parsed(args: string[]) {
  const options = { quick: { type: 'boolean', default: false } } as const;
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new HitError('bad_usage', `${messageOf(error).split('. ')[0]}; the one flag is --quick`, {
      cause: error,
    });
  }
}

async function main(args: string[]): Promise<void> {
  const { names, quick } = readArgs(args);
  const sections = new Map<string, string>();
  for (const name of names) {
    const log = (line: string) => console.error(`${name}: ${line}`);
    const findings = await BENCHES[name]!({ quick, log });
    if (!findings) continue;
    const section = sectionOf(name, findings);
    console.log(`\n${section}\n`);
    sections.set(name, section);
  }
  if (quick) console.error('a quick run: bench/RESULTS.md is not changed');
  else saveSections(sections, Object.keys(BENCHES));
}

// Programs and folders are cleaned up at exit.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));
try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = error instanceof HitError ? error.exitCode : 1;
}
