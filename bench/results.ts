/** Results of benchmarks as Markdown: on the terminal, and in `bench/RESULTS.md`, a section for each. */

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem, type } from 'node:os';

/** A target figure and the result. */
export interface Goal {
  readonly aim: string;
  readonly measured: string;
  readonly met: boolean;
}

/** A goal for a figure that should be large. */
export function atLeast(
  aim: string,
  least: number,
  measured: number,
  show: (figure: number) => string,
): Goal {
  return { aim: `${aim} ≥ ${show(least)}`, measured: show(measured), met: measured >= least };
}

/** A goal for a figure that should be small. */
export function below(aim: string, limit: number, measured: number, show: (figure: number) => string): Goal {
  return { aim: `${aim} < ${show(limit)}`, measured: show(measured), met: measured < limit };
}

/** The result of one benchmark. */
export interface Findings {
  /** The question that it answers. */
  readonly question: string;
  /** Paragraphs and tables, in Markdown. */
  readonly body: readonly string[];
  readonly goals: readonly Goal[];
  /** Names and versions of the programs involved, besides Node. */
  readonly versions: readonly string[];
}

const FILE = new URL('RESULTS.md', import.meta.url);
const REPOSITORY = new URL('..', import.meta.url);

const INTRODUCTION = `# Benchmarks

\`npm run bench\` reproduces all of this, and \`npm run bench -- ingest\` one part; each section says when and where
its figures come from. Every benchmark first checks its results, and measures the alternatives in the same run,
alternating. Other machines give other figures; ratios differ less. At commits before 0bc9bde, a hit had 15 columns less, and
there were no visits.
`;

/** A table in Markdown. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rule = `|${head.map((_, column) => (column === 0 ? '---|' : '--:|')).join('')}`;
  return [line(head), rule, ...rows.map(line)].join('\n');
}

/** The section of a benchmark, with the place and time of its run. */
export function sectionOf(name: string, findings: Findings): string {
  const goals = findings.goals.map(({ aim, measured, met }) => [aim, measured, met ? 'met' : '**not met**']);
  return [
    `## ${name}: ${findings.question}`,
    ...findings.body,
    ...(goals.length > 0 ? [table(['goal', 'measured', ''], goals)] : []),
    `${circumstances(findings.versions)}`,
  ].join('\n\n');
}

/** Puts sections into the file in the order of `names`; sections not measured this time stay unchanged. */
export function saveSections(sections: ReadonlyMap<string, string>, names: readonly string[]): void {
  const saved = existsSync(FILE) ? readFileSync(FILE, 'utf8') : '';
  const all = names.flatMap((name) => {
    const before = new RegExp(`^## ${name}: [^]*?(?=^## |(?![^]))`, 'm').exec(saved)?.[0].trimEnd();
    return sections.get(name) ?? before ?? [];
  });
  writeFileSync(FILE, `${[INTRODUCTION.trimEnd(), ...all].join('\n\n')}\n`);
}

/** Machine, versions, commit and day: what is needed to reproduce the run. */
export function circumstances(versions: readonly string[]): string {
  const [cpu] = cpus();
  const machine = `${cpus().length} × ${cpu?.model.trim() ?? 'unknown'}, ${gibibytes(totalmem())}`;
  const software = [`${type()} ${release()}`, `Node ${process.versions.node}`, ...versions];
  const day = new Date().toISOString().slice(0, 10);
  return `<sub>${[day, `commit ${commit()}`, machine, ...software].join(' · ')}</sub>`;
}

/** The measured commit, marked if the files differ from it. */
function commit(): string {
  try {
    const git = (...args: string[]) =>
      execFileSync('git', args, { cwd: REPOSITORY, encoding: 'utf8' }).trim();
    return git('describe', '--always', '--dirty=+', '--exclude=*');
  } catch {
    return 'unknown';
  }
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** `48,211`. */
export function whole(number: number): string {
  return Math.round(number).toLocaleString('en');
}

/** `0.47`: three digits, since more are not significant. */
export function ratio(number: number): string {
  return number >= 10 ? number.toFixed(1) : number.toFixed(2);
}

export function milliseconds(number: number): string {
  return `${ratio(number)} ms`;
}

/** `612 MB` or `1.50 MB`, in millions of bytes. */
export function megabytes(bytes: number): string {
  return `${bytes < 10e6 ? ratio(bytes / 1e6) : whole(bytes / 1e6)} MB`;
}

function gibibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 30)} GiB`;
}
