import type { Figures, Stats, Top } from '../query/answers.ts';
import { LocalTime } from '../query/local-time.ts';
import { METRICS, type Metric } from '../query/selection.ts';
import { DAY } from '../timing/units.ts';
import { changeText, numberText, percentText } from './number-text.ts';

/** Rows of a series that a terminal shows; a line mentions the others. */
const MOST_ROWS = 400;
const NUMBER_WIDTH = 12;
const LEAST_VALUE_WIDTH = 16;
/** Shown if there is no number. */
export const NONE = '–';

const HEADS: Readonly<Record<Metric, string>> = {
  hits: 'hits',
  visitors: 'visitors',
  visits: 'visits',
  bounce_rate: 'bounce rate',
  visit_duration: 'duration',
};

/** A row of a table: its label, and a cell for each metric. */
interface Line {
  readonly label: string;
  readonly cells: readonly string[];
}

/** The format of times. */
interface Times {
  readonly timezone: string;
  /** @param time as in answers, in UTC */
  label(time: string): string;
}

/**
 * A report as text, as wide as the terminal.
 *
 * @param timezone a valid IANA name, for local times
 */
export function reportText(stats: Stats, tops: readonly Top[], columns: number, timezone = 'UTC'): string {
  const times: Times = { timezone, label: timeLabelIn(timezone) };
  const metrics = METRICS.filter((metric) => metric in stats.totals);
  const series = stats.series.slice(0, MOST_ROWS);
  const more = stats.series.length - series.length;
  const lines = [
    ...heading(stats, times, Math.max(...[stats, stats.comparison, ...tops].map((each) => each?.error ?? 0))),
    '',
    ...table(
      [
        { label: stats.interval, cells: metrics.map((metric) => HEADS[metric]) },
        ...series.map((point) => lineOf(times.label(point.time), point, metrics)),
      ],
      columns,
    ),
    ...(more > 0 ? [`… and ${numberText(more)} more; use --csv for all`] : []),
    ...table(totalLines(stats, metrics), columns),
  ];
  for (const ranking of tops) {
    const { by, rows } = ranking;
    const period = otherPeriod(ranking, stats, times);
    if (rows.length === 0 && period === '') continue;
    const values = rows.map((row) => lineOf(row.value === '' ? NONE : row.value, row, ['hits', 'visitors']));
    lines.push(
      '',
      ...table([{ label: by + period, cells: [HEADS.hits, HEADS.visitors] }, ...values], columns),
    );
  }
  return `${lines.join('\n')}\n`;
}

/** The hits of a ranking, if they differ from those of the heading. */
function otherPeriod(
  { purged_before, pending_since, from, to }: Top,
  requested: Stats,
  { label }: Times,
): string {
  if (purged_before !== undefined && pending_since !== undefined)
    return `, of ${label(purged_before)} to ${label(pending_since)}`;
  if (purged_before !== undefined) return `, of hits since ${label(purged_before)}`;
  if (pending_since !== undefined) return `, of hits before ${label(pending_since)}`;
  // An open period ends now, and the ranking was queried a moment later: that is not another day.
  const isDay = (time: string) => Date.parse(time) % DAY === 0;
  const isLonger =
    (isDay(from) && Date.parse(from) < Date.parse(requested.from)) ||
    (isDay(to) && Date.parse(to) > Date.parse(requested.to));
  return isLonger ? `, of ${label(from)} to ${label(to)}` : '';
}

/** The series as CSV rows: compared values beside each point, empty if there are none. */
export function seriesRows({ series, comparison }: Stats): object[] {
  return series.map((point, place) => {
    const fields = comparison ? { ...point, ...besides(point, comparison.series[place]) } : point;
    return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, value ?? '']));
  });
}

/** @param error the largest error of the values */
function heading(stats: Stats, { timezone, label }: Times, error: number): string[] {
  const { site, from, to, interval, purged_before, comparison } = stats;
  const lines = [`${site ?? 'all sites'}, ${label(from)} to ${label(to)} (${timezone}), by ${interval}`];
  if (comparison) lines.push(`compared with ${label(comparison.from)} to ${label(comparison.to)}`);
  if (error > 0) lines.push(`visitors are estimates with a standard error of ${percentText(error)}`);
  const purged = purged_before ?? comparison?.purged_before;
  if (purged !== undefined)
    lines.push(`hits before ${label(purged)} are purged: figures that need them are ${NONE}`);
  const pending = stats.pending_since ?? comparison?.pending_since;
  if (pending !== undefined)
    lines.push(
      `visits since ${label(pending)} lack hits that are still being added: figures that need them are ${NONE}`,
    );
  return lines;
}

function totalLines({ totals, comparison }: Stats, metrics: readonly Metric[]): Line[] {
  const total = lineOf('total', totals, metrics);
  if (!comparison) return [total];
  const cells = metrics.map((metric) => changeCell(comparison.change[metric]));
  return [total, lineOf('before', comparison.totals, metrics), { label: 'change', cells }];
}

function lineOf(label: string, figures: Figures, metrics: readonly Metric[]): Line {
  return { label, cells: metrics.map((metric) => cell(metric, figures[metric])) };
}

function cell(metric: Metric, value: number | null | undefined): string {
  if (value === null || value === undefined) return NONE;
  if (metric === 'bounce_rate') return percentText(value);
  return metric === 'visit_duration' ? duration(value) : numberText(value);
}

function changeCell(change: number | null | undefined): string {
  if (change === null || change === undefined) return NONE;
  return changeText(change * 100);
}

/** Seconds as `23s`, `1m 23s` or `2h 05m`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const padded = (part: number) => String(part).padStart(2, '0');
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m ${padded(whole % 60)}s`;
  return `${numberText(Math.floor(whole / 3600))}h ${padded(Math.floor(whole / 60) % 60)}m`;
}

function besides(point: object, other: object | undefined): object {
  const fields = other ?? Object.fromEntries(Object.keys(point).map((name) => [name, '']));
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [`compared_${name}`, value]));
}

function table(lines: readonly Line[], columns: number): string[] {
  const cells = lines[0]?.cells.length ?? 0;
  const width = Math.max(LEAST_VALUE_WIDTH, Math.min(columns, 120) - cells * NUMBER_WIDTH - 2);
  return lines.map(
    ({ label, cells }) => fitted(label, width) + cells.map((text) => text.padStart(NUMBER_WIDTH)).join(''),
  );
}

/** Control characters could manipulate the terminal; characters are not cut in half. */
export function fitted(text: string, width: number): string {
  const shown = text.replaceAll(/[\p{Cc}\p{Cf}]/gu, '\ufffd');
  if (shown.length <= width) return shown.padEnd(width);
  return `${shown.slice(0, width - 1).replace(/[\ud800-\udbff]$/, '')}…`.padEnd(width);
}

/** Labels of times of answers, in a time zone: a date at midnight, otherwise a time with as many digits as needed. */
export function timeLabelIn(timezone: string): (time: string) => string {
  const local = new LocalTime(timezone);
  return (time) => timeLabel(local.wallTimeOf(Date.parse(time)));
}

function timeLabel(wall: number): string {
  const [date, clock] = new Date(wall).toISOString().slice(0, -1).replace('.000', '').split('T');
  return clock === '00:00:00' ? date! : `${date} ${clock!.replace(/:00$/, '')}`;
}
