import type { Count, Stats, Top } from '../store/stats.ts';

const number = new Intl.NumberFormat('en');
/** Rows of a series that a terminal shows; the rest is said in a line. */
const MOST_ROWS = 400;
const NUMBER_WIDTH = 12;
const LEAST_VALUE_WIDTH = 16;

/** A report for a person, as wide as the terminal. */
export function reportText(stats: Stats, tops: readonly Top[], columns: number): string {
  const width = Math.max(LEAST_VALUE_WIDTH, Math.min(columns, 120) - 2 * NUMBER_WIDTH - 2);
  const series = stats.series.slice(0, MOST_ROWS);
  const lines = [
    `${stats.site ?? 'all sites'}, ${stats.from} to ${stats.to}, by ${stats.interval}`,
    '',
    ...table(
      stats.interval,
      series.map(({ time, ...count }) => ({ label: timeLabel(time), ...count })),
      width,
    ),
  ];
  if (series.length < stats.series.length) {
    lines.push(`… and ${number.format(stats.series.length - series.length)} more; --csv gives all`);
  }
  lines.push(row('total', number.format(stats.totals.hits), number.format(stats.totals.visitors), width));
  for (const { by, rows } of tops) {
    if (rows.length === 0) continue;
    lines.push(
      '',
      ...table(
        by,
        rows.map(({ value, ...count }) => ({ label: value, ...count })),
        width,
      ),
    );
  }
  return `${lines.join('\n')}\n`;
}

/** Rows as CSV (RFC 4180), the names of their fields first. */
export function csvOf(rows: readonly object[]): string {
  const [first] = rows;
  if (!first) return '';
  const lines = [Object.keys(first), ...rows.map((each) => Object.values(each))];
  return lines.map((fields) => `${fields.map(csvField).join(',')}\r\n`).join('');
}

function table(head: string, rows: readonly ({ label: string } & Count)[], width: number): string[] {
  return [
    row(head, 'hits', 'visitors', width),
    ...rows.map(({ label, hits, visitors }) =>
      row(label, number.format(hits), number.format(visitors), width),
    ),
  ];
}

function row(label: string, hits: string, visitors: string, width: number): string {
  return `${fitted(label, width)}${hits.padStart(NUMBER_WIDTH)}${visitors.padStart(NUMBER_WIDTH)}`;
}

/** Control characters would do to the terminal what they like; a character is not cut in half. */
function fitted(text: string, width: number): string {
  const shown = text.replaceAll(/[\p{Cc}\p{Cf}]/gu, '\ufffd');
  if (shown.length <= width) return shown.padEnd(width);
  return `${shown.slice(0, width - 1).replace(/[\ud800-\udbff]$/, '')}…`.padEnd(width);
}

function timeLabel(time: string): string {
  return time.replace('T00:00:00Z', '').replace('T', ' ').replace(/:00Z$/, '');
}

/** A text that a spreadsheet would take for a formula is kept from being one. */
function csvField(value: unknown): string {
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
