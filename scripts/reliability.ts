/**
 * Fills the table of `docs/reliability.md` with the results of fault tests.
 *
 *     HIT_TEST_REPORT=report.ndjson npm run test:long
 *     node scripts/reliability.ts report.ndjson
 *
 * If a fault is reported several times, the last report counts; faults without a report keep their row.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FaultReport } from '../test/fixtures/fault-report.ts';

const FILE = join(import.meta.dirname, '../docs/reliability.md');
const [BEGIN, END] = ['<!-- results -->', '<!-- end of results -->'];
const HEAD = [
  '| fault | how it is caused | times | acknowledged | stored | lost | doubled | longest recovery |',
  '|---|---|--:|--:|--:|--:|--:|--:|',
];
const number = new Intl.NumberFormat('en');

const [path] = process.argv.slice(2);
if (path === undefined) {
  console.error('usage: node scripts/reliability.ts REPORT, where REPORT is the file of HIT_TEST_REPORT');
  process.exit(2);
}
const text = readFileSync(FILE, 'utf8');
const [before, rest] = text.split(BEGIN) as [string, string];
const [table, after] = rest.split(END) as [string, string];
const rows = new Map(
  table
    .trim()
    .split('\n')
    .slice(HEAD.length)
    .map((row) => [row.split('|')[1]!.trim(), row]),
);
for (const line of readFileSync(path, 'utf8').trim().split('\n')) {
  const report = JSON.parse(line) as FaultReport;
  rows.set(report.fault, rowOf(report));
}
writeFileSync(FILE, [before, BEGIN, '\n', [...HEAD, ...rows.values()].join('\n'), '\n', END, after].join(''));

function rowOf({ fault, caused, times, acknowledged, stored, lost, doubled, recovery }: FaultReport): string {
  const counts = [times, acknowledged, stored, lost, doubled].map((count) => number.format(count));
  const longest = recovery === null ? 'restart' : `${(recovery / 1000).toFixed(1)} s`;
  return `| ${[fault, caused, ...counts, longest].join(' | ')} |`;
}
