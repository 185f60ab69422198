/**
 * Runs benchmarks, and writes what they find to `bench/RESULTS.md`.
 *
 * `npm run bench` runs all, in some ten minutes on a machine that has nothing else to do; `npm run bench -- ingest
 * import` runs some. With `--quick` each takes a minute at most, its figures mean little, and nothing is written. A goal
 * that a machine does not meet is no failure; a result that is not right is.
 */

import { parseArgs } from 'node:util';
import type { Bench } from './bench.ts';
import { importLog } from './import.ts';
import { ingest } from './ingest.ts';
import { saveSections, sectionOf } from './results.ts';
import { sketches } from './sketches.ts';

const BENCHES: Readonly<Record<string, Bench>> = { ingest, import: importLog, sketches };

async function main(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    options: { quick: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  const unknown = positionals.find((name) => !Object.hasOwn(BENCHES, name));
  if (unknown !== undefined) {
    throw new Error(`there is no benchmark "${unknown}": name some of ${Object.keys(BENCHES).join(', ')}`);
  }
  const sections = new Map<string, string>();
  for (const name of positionals.length > 0 ? positionals : Object.keys(BENCHES)) {
    const log = (line: string) => console.error(`${name}: ${line}`);
    const findings = await BENCHES[name]!({ quick: values.quick, log });
    if (!findings) continue;
    const section = sectionOf(name, findings);
    console.log(`\n${section}\n`);
    sections.set(name, section);
  }
  if (values.quick) console.error('a quick run: bench/RESULTS.md stays as it is');
  else saveSections(sections, Object.keys(BENCHES));
}

// Programs and folders are cleared away at exit.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
