import type { LiveAnswer } from '../../http/live-answer.ts';
import { numberText } from '../../report/number-text.ts';
import { cell, sparkline } from './cell.ts';
import { PANELS, type Panel, type Ranking } from './snapshot.ts';
import { KEYS, type View } from './view.ts';

/** The content of a screen. */
export interface Shown {
  readonly view: View;
  /** The server's name. */
  readonly name: string;
  /** Undefined before the first answer. */
  readonly live: LiveAnswer | undefined;
  readonly rankings: readonly Ranking[];
  /** Hits of the last seconds, the newest last. */
  readonly rates: readonly number[];
  /** Whether the terminal is interactive, so that keys work. */
  readonly isWatched: boolean;
  /** Why there is no newer data. */
  readonly fault: string | undefined;
}

export interface Size {
  readonly columns: number;
  readonly rows: number;
}
const LEAST_PANEL = 38;
const COUNT_WIDTH = 10;
const WINDOW_WIDTHS = [8, 12, 12, 12] as const;
const TITLES: Readonly<Record<Panel, string>> = {
  path: 'pages',
  source: 'sources',
  country: 'countries',
  browser: 'browsers',
  os: 'systems',
  device: 'devices',
  name: 'events',
  bot: 'bots',
};

/** Styles of parts of a line; plain if a terminal has no colours. */
export interface Colours {
  readonly strong: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly bar: (text: string) => string;
  readonly alarm: (text: string) => string;
}

const plain = (text: string) => text;
export const PLAIN: Colours = { strong: plain, dim: plain, bar: plain, alarm: plain };

const painted = (code: string) => (text: string) => `\x1b[${code}m${text}\x1b[0m`;
export const COLOURS: Colours = {
  strong: painted('1'),
  dim: painted('2'),
  bar: painted('36'),
  alarm: painted('31;1'),
};

/** How many rankings fit side by side. */
function panelCount(columns: number): number {
  return Math.max(1, Math.min(3, Math.floor(columns / LEAST_PANEL)));
}

/** The rankings of a view, the chosen one first. */
export function panelsOf(view: View, columns: number): Panel[] {
  return Array.from({ length: panelCount(columns) }, (_, i) => PANELS[(view.panel + i) % PANELS.length]!);
}

/** Lines of a screen: as many as it has rows, each as wide as the screen, not counting escape sequences. */
export function screen(shown: Shown, { columns, rows }: Size, paint: Colours): string[] {
  const lines = [
    heading(shown, columns, paint),
    ...(shown.view.isHelp ? help(columns, paint) : body(shown, columns, rows, paint)),
  ];
  const padded = [
    ...lines.slice(0, rows),
    ...Array.from({ length: Math.max(0, rows - lines.length) }, () => ' '.repeat(columns)),
  ];
  return padded;
}

function heading({ view, name, live, isWatched, fault }: Shown, columns: number, paint: Colours): string {
  if (fault !== undefined) return paint.alarm(cell(`${fault}; trying again`, columns));
  const total = live?.total
    ? `${numberText(live.total.visitors)} visitors, ${numberText(live.total.hits)} hits of all time`
    : '';
  const text = `${view.site || live?.site || 'all sites'}  ${total}  ${live ? `on ${name}` : `connecting to ${name}`}${isWatched ? '   ? help  q end' : ''}`;
  return paint.strong(cell(text, columns));
}

function help(columns: number, paint: Colours): string[] {
  return ['', ...KEYS.map(([keys, what]) => `  ${keys.padEnd(16)}${what}`)].map((line) =>
    paint.dim(cell(line, columns)),
  );
}

function body(
  { view, live, rankings, rates }: Shown,
  columns: number,
  rows: number,
  paint: Colours,
): string[] {
  const head = ['window', 'visitors', 'hits', 'hits/s']
    .map((text, i) => cell(text, WINDOW_WIDTHS[i]!, i > 0))
    .join('');
  const windows = (live?.windows ?? [])
    .slice(1)
    .map(({ window, visitors, hits, hits_per_second }) =>
      [window, ...[visitors, hits, hits_per_second].map((count) => numberText(count))]
        .map((text, i) => cell(text, WINDOW_WIDTHS[i]!, i > 0))
        .join(''),
    );
  const used = WINDOW_WIDTHS.reduce((sum, width) => sum + width, 0);
  const chartWidth = Math.max(0, Math.min(120, columns - used - 3));
  const charted = [`hits in each second`, sparkline(rates, chartWidth)];
  const table = [head, ...windows].map((line, i) => {
    const chart = chartWidth > 20 ? (charted[i] ?? '') : '';
    const left = cell(line, Math.min(columns, used));
    const right =
      chart === '' ? ' '.repeat(Math.max(0, columns - used)) : `   ${cell(chart, columns - used - 3)}`;
    return (i === 0 ? paint.dim(left) : left) + (i === 1 ? paint.bar(right) : paint.dim(right));
  });
  const room = Math.max(0, rows - table.length - 4);
  return [
    ' '.repeat(columns),
    ...table,
    ' '.repeat(columns),
    ...panels(view, rankings, columns, room, paint),
  ];
}

function panels(
  view: View,
  rankings: readonly Ranking[],
  columns: number,
  rows: number,
  paint: Colours,
): string[] {
  const across = panelsOf(view, columns);
  const width = Math.floor(columns / across.length);
  const lists = across.map((by) => rankings.find((ranking) => ranking.by === by));
  return Array.from({ length: rows + 1 }, (_, line) =>
    across
      .map((by, i) => {
        const own = i === across.length - 1 ? columns - width * i : width;
        if (line === 0) return paint.strong(row(`${TITLES[by]}, ${view.period}`, 'visitors', 'hits', own));
        const found = lists[i]?.rows[line - 1];
        if (!found) return ' '.repeat(own);
        return row(found.value, numberText(found.visitors), numberText(found.hits), own);
      })
      .join(''),
  );
}

/** A line of a ranking, with a trailing space. */
function row(value: string, visitors: string, hits: string, width: number): string {
  const wide = width - 2 * COUNT_WIDTH - 1;
  if (wide < 6) return cell(`${value} ${visitors}`, width);
  return `${cell(value, wide)}${cell(visitors, COUNT_WIDTH, true)}${cell(hits, COUNT_WIDTH, true)} `;
}
