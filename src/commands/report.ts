import { archiveLocation } from '../archive/address.ts';
import { DIMENSIONS } from '../clickhouse/dimension.ts';
import { HitError, messageOf } from '../errors.ts';
import type { Stats, Top } from '../query/answers.ts';
import type { QueryParams } from '../query/params.ts';
import { PERIODS, presetPeriod } from '../query/period.ts';
import { TOP_PARAMETERS } from '../query/ranking.ts';
import {
  INTERVALS,
  readComparison,
  readInterval,
  readLimit,
  readMetrics,
  readSelection,
  readTimeZone,
  STATS_PARAMETERS,
} from '../query/selection.ts';
import { queryCsv, queryText } from '../report/query-text.ts';
import { csvAnswer, type QuerySource, ReportAnswer } from '../report/report-answer.ts';
import { jsonText } from '../schema/hidden-characters.ts';
import { readChoice } from '../schema/parameter.ts';
import { suggestion } from '../schema/suggestion.ts';
import { REPORT_SETTINGS } from '../settings/report.ts';
import type { Values } from '../settings/setting.ts';
import { readStorage, type Storage } from '../store/storage.ts';
import { connectToServer, openArchivedStore } from './archived-store.ts';
import type { Command, Terminal } from './command.ts';
import { type ControlClient, queryOf } from './control-client.ts';
import { runQuery, siteNamesOf } from './query-client.ts';
import { queryOfFlags } from './query-flags.ts';
import { storageText } from './storage-text.ts';
import { warnOfUnknownSites } from './unknown-sites.ts';
import { unexpected } from './usage.ts';

export const report: Command<typeof REPORT_SETTINGS> = {
  usage: '[options]',
  settings: REPORT_SETTINGS,
  examples: [
    'hit-tracker report --from 2026-11-01 --to 2026-12-01 --interval day',
    'hit-tracker report --period 30d --compare previous --metrics visits,bounce_rate',
    "hit-tracker report --by path --limit 20 --filter 'path=/blog/*' --filter 'country!=DE|AT'",
    "hit-tracker report --metrics visitors,conversion_rate --by channel --goal signup --filter 'country is DE'",
    'hit-tracker report --interval hour --csv > hours.csv',
    'hit-tracker report --storage',
  ],
  async run(values, positionals, terminal) {
    if (positionals.length > 0) throw unexpected(positionals);
    if (values.json && values.csv) throw new HitError('bad_usage', 'choose --json or --csv');
    if (values.storage && values.csv) throw new HitError('bad_usage', '--storage has no CSV: choose --json');
    const archive =
      values.archive === undefined ? undefined : archiveLocation(values.archive, '--archive', values);
    const warn = (message: string) => terminal.stderr.write(`${message}\n`);
    const query = queryOfFlags(values);
    if (query) {
      const answer = await runQuery(values, query, warn, archive);
      const text = values.csv ? queryCsv(answer) : queryText(answer, terminal.stdout.columns ?? 80);
      terminal.stdout.write(values.json ? `${jsonText(answer)}\n` : text);
      return;
    }
    const params = queryParamsOf(values, Date.now());
    const sites = values.site ? [values.site] : [];
    const control = await connectToServer(values['data-dir']!, archive);
    if (!control) {
      await using db = await openArchivedStore(values, archive);
      const storage = () => readStorage(db.store, db.spool.bytes);
      terminal.stdout.write(await print({ answers: db, storage }, params, values, terminal));
      await warnOfUnknownSites(sites, () => db.siteNames(), warn);
      return;
    }
    const storage = () => control.get<Storage>('/api/v1/storage');
    const parts = { answers: remoteQueries(control), storage };
    terminal.stdout.write(await print(parts, params, values, terminal));
    await warnOfUnknownSites(sites, () => siteNamesOf(control), warn);
  },
};

async function print(
  { answers, storage }: { answers: QuerySource; storage: () => Promise<Storage> },
  params: QueryParams,
  values: Values<typeof REPORT_SETTINGS>,
  { stdout: { columns }, stderr }: Terminal,
): Promise<string> {
  if (values.storage) {
    const measured = await storage();
    return values.json ? `${jsonText(measured)}\n` : storageText(measured);
  }
  if (values.csv) return csvAnswer(answers, params, (message) => stderr.write(`${message}\n`));
  const answer = await ReportAnswer.of(answers, params);
  return values.json ? `${jsonText(answer.json)}\n` : answer.text(columns ?? 80);
}

/**
 * The query. An invalid query is wrong usage, and reported before the store is opened.
 *
 * @param now milliseconds since 1970, the reference of `--period`
 * @throws HitError `bad_usage`
 */
function queryParamsOf(values: Values<typeof REPORT_SETTINGS>, now: number): QueryParams {
  const { by, site, bots, status, class: classes, timezone, limit, filter, metrics, compare } = values;
  try {
    const isInterval = INTERVALS.some((name) => name === by);
    if (by !== undefined && !isInterval && !DIMENSIONS.some((name) => name === by)) {
      throw new HitError(
        'bad_setting',
        `--by: "${by}" is not one of ${DIMENSIONS.join(', ')}${suggestion(by, DIMENSIONS)}`,
      );
    }
    const params = {
      ...periodParams(values, now),
      ...{ site, bots, status, class: classes, timezone, limit, filter, metrics, compare },
      // `--by day` means `--interval day`: an interval is not a dimension, but the intent is clear.
      interval: isInterval ? by : values.interval,
      by: isInterval ? undefined : by,
    };
    check(params);
    return Object.fromEntries(Object.entries(params).filter(([, value]) => value !== undefined));
  } catch (error) {
    throw new HitError('bad_usage', messageOf(error), { cause: error });
  }
}

/** @throws HitError `invalid` */
function check(params: QueryParams): void {
  readSelection(params);
  readInterval(params.interval);
  readTimeZone(params.timezone);
  readLimit(params.limit);
  readMetrics(params.metrics);
  readComparison(params.compare);
}

function periodParams(values: Values<typeof REPORT_SETTINGS>, now: number): QueryParams {
  const { period, from, to, timezone } = values;
  if (period === undefined) return { from, to };
  if (from !== undefined || to !== undefined) {
    throw new HitError('bad_usage', 'choose --period, or --from and --to');
  }
  const named = presetPeriod(readChoice('period', period, PERIODS), now, readTimeZone(timezone));
  return { from: new Date(named.from).toISOString(), to: new Date(named.to).toISOString() };
}

function remoteQueries(control: ControlClient): QuerySource {
  const get = <Answer>(path: string, params: QueryParams, known: object) => {
    // Routes reject unknown parameters.
    const read = Object.entries(params).filter(([name]) => Object.hasOwn(known, name));
    return control.get<Answer>(`${path}?${queryOf(Object.fromEntries(read))}`);
  };
  return {
    stats: (params) => get<Stats>('/api/v1/stats', params, STATS_PARAMETERS),
    top: (params) => get<Top>('/api/v1/top', params, TOP_PARAMETERS),
  };
}
