import { HitError, messageOf } from '../errors.ts';
import { REPORT_SETTINGS } from '../settings/report.ts';
import type { Values } from '../settings/setting.ts';
import {
  DIMENSIONS,
  INTERVALS,
  readDimension,
  readInterval,
  readLimit,
  readSelection,
  readTimeZone,
  type Words,
} from '../store/question.ts';
import type { Stats, Top } from '../store/stats.ts';
import { DBTracker } from '../trackers/db.ts';
import type { Command } from './command.ts';
import { ControlClient } from './control.ts';
import { csvOf, reportText } from './report-text.ts';
import { unexpected } from './usage.ts';

/** Rankings of a report that asks for none. */
const USUAL = ['path', 'source', 'country', 'browser'] as const;

/** Where answers come from: the server that runs on the data folder, or the folder itself. */
interface Answers {
  stats(words: Words): Promise<Stats>;
  top(words: Words): Promise<Top>;
}

export const report: Command<typeof REPORT_SETTINGS> = {
  summary: 'totals, a series and rankings of a period',
  usage: '[options]',
  settings: REPORT_SETTINGS,
  examples: [
    'hit-tracker report --from 2026-11-01 --to 2026-12-01 --interval day',
    'hit-tracker report --by path --limit 20 --site example.com',
    'hit-tracker report --interval hour --csv > hours.csv',
  ],
  async run(values, positionals, terminal) {
    if (positionals.length > 0) throw unexpected(positionals);
    if (values.json && values.csv) throw new HitError('bad_usage', 'choose --json or --csv');
    const words = wordsOf(values);
    check(words);
    const control = await ControlClient.connect(values['data-dir']!);
    if (control) {
      terminal.stdout.write(await print(serverAnswers(control), words, values, terminal.stdout.columns));
      return;
    }
    await using db = await DBTracker.open({ dataDir: values['data-dir']!, store: values.store! });
    terminal.stdout.write(await print(db, words, values, terminal.stdout.columns));
  },
};

async function print(
  answers: Answers,
  words: Words,
  values: Values<typeof REPORT_SETTINGS>,
  columns: number | undefined,
): Promise<string> {
  const ranked = words.by === undefined ? USUAL : [readDimension(words.by)];
  if (values.csv) {
    return csvOf(
      words.by === undefined ? (await answers.stats(words)).series : (await answers.top(words)).rows,
    );
  }
  const stats = await answers.stats(words);
  const tops: Top[] = [];
  for (const by of ranked) tops.push(await answers.top({ ...words, by }));
  if (!values.json) return reportText(stats, tops, columns ?? 80);
  return `${JSON.stringify({ ...stats, tops: Object.fromEntries(tops.map(({ by, rows }) => [by, rows])) })}\n`;
}

/**
 * What cannot be asked is wrong usage, and told before the store is opened.
 *
 * @throws HitError `bad_usage`
 */
function check(words: Words): void {
  try {
    readSelection(words);
    readInterval(words.interval);
    readTimeZone(words.timezone);
    readLimit(words.limit);
  } catch (error) {
    throw new HitError('bad_usage', messageOf(error), { cause: error });
  }
}

/** `--by day` is taken for `--interval day`: an interval is no dimension, and what is meant is plain. */
function wordsOf(values: Values<typeof REPORT_SETTINGS>): Words {
  const { from, to, interval, by, site, bots, status, timezone, limit } = values;
  const isInterval = INTERVALS.some((name) => name === by);
  if (by !== undefined && !isInterval && !DIMENSIONS.some((name) => name === by)) {
    throw new HitError('bad_setting', `--by: "${by}" is none of ${DIMENSIONS.join(', ')}`);
  }
  const words = {
    ...{ from, to, site, bots, status, timezone, limit },
    interval: isInterval ? by : interval,
    by: isInterval ? undefined : by,
  };
  return Object.fromEntries(Object.entries(words).filter(([, value]) => value !== undefined));
}

function serverAnswers(control: ControlClient): Answers {
  const ask = <Answer>(path: string, words: Words) =>
    control.get<Answer>(`${path}?${new URLSearchParams(words as Record<string, string>)}`);
  return {
    stats: (words) => ask<Stats>('/api/v1/stats', words),
    top: (words) => ask<Top>('/api/v1/top', words),
  };
}
