import type { ImportSummary } from '../logs/importer.ts';
import { MOST_FAILURES } from '../logs/reader.ts';

const NOTHING: ImportSummary = {
  lines: 0,
  imported: 0,
  failed: 0,
  already: 0,
  seconds: 0,
  lines_per_second: 0,
  failures: [],
};

/** The sum of the imports of several files. */
export function addSummaries(summaries: readonly ImportSummary[]): ImportSummary {
  return summaries.reduce((sum, each) => {
    const lines = sum.lines + each.lines;
    const seconds = Number((sum.seconds + each.seconds).toFixed(3));
    return {
      lines,
      imported: sum.imported + each.imported,
      failed: sum.failed + each.failed,
      already: sum.already + each.already,
      seconds,
      lines_per_second: seconds > 0 ? Math.round(lines / seconds) : 0,
      failures: [...sum.failures, ...each.failures].slice(0, MOST_FAILURES),
    };
  }, NOTHING);
}

/** The summary for a person. */
export function summaryText(summary: ImportSummary): string {
  const number = new Intl.NumberFormat('en');
  const lines = [
    `${number.format(summary.lines)} lines in ${summary.seconds.toFixed(1)} s (${number.format(summary.lines_per_second)} lines/s)`,
    `  imported  ${number.format(summary.imported)}`,
    `  already   ${number.format(summary.already)}`,
    `  failed    ${number.format(summary.failed)}`,
    ...summary.failures.map(({ line, reason }) => `    line ${line}: ${reason}`),
  ];
  if (summary.failed > summary.failures.length) {
    lines.push(`    and ${number.format(summary.failed - summary.failures.length)} more`);
  }
  return `${lines.join('\n')}\n`;
}
