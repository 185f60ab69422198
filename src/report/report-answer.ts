import type { Stats, Top } from '../query/answers.ts';
import { csvOf } from '../query/csv.ts';
import type { QueryParams } from '../query/params.ts';
import { readDimension } from '../query/ranking.ts';
import { readTimeZone } from '../query/selection.ts';
import type { Report } from '../schedule/job-runner.ts';
import { reportText, seriesRows } from './report-text.ts';

/** Default rankings of a report. */
const DEFAULT_RANKINGS = ['path', 'source', 'country', 'browser'] as const;
/** Width of a report that is not shown on a terminal, in columns. */
const DEFAULT_WIDTH = 100;

/** The source of answers: the server that runs on the data folder, or the folder itself. */
export interface QuerySource {
  stats(params: QueryParams): Promise<Stats>;
  top(params: QueryParams): Promise<Top>;
}

/** The content of a report. */
export class ReportAnswer {
  readonly #stats: Stats;
  readonly #tops: readonly Top[];
  readonly #timezone: string;

  private constructor(stats: Stats, tops: readonly Top[], timezone: string) {
    this.#stats = stats;
    this.#tops = tops;
    this.#timezone = timezone;
  }

  /** Queries totals, series, and the ranking named by `by`, or otherwise the default ones. */
  static async of(answers: QuerySource, params: QueryParams): Promise<ReportAnswer> {
    const stats = await answers.stats(params);
    const tops: Top[] = [];
    const ranked = params.by === undefined ? DEFAULT_RANKINGS : [readDimension(params.by)];
    for (const by of ranked) tops.push(await answers.top({ ...params, by }));
    return new ReportAnswer(stats, tops, readTimeZone(params.timezone));
  }

  /** @param columns width of the terminal */
  text(columns = DEFAULT_WIDTH): string {
    return reportText(this.#stats, this.#tops, columns, this.#timezone);
  }

  get json(): object {
    const gaps = (name: 'purged_before' | 'pending_since') => {
      const times = this.#tops.flatMap((top) => (top[name] === undefined ? [] : [[top.by, top[name]]]));
      return times.length > 0 && { [`tops_${name}`]: Object.fromEntries(times) };
    };
    return {
      ...this.#stats,
      tops: Object.fromEntries(this.#tops.map(({ by, rows }) => [by, rows])),
      ...gaps('purged_before'),
      ...gaps('pending_since'),
    };
  }
}

/**
 * CSV of the series, with empty fields for unknown values, or of the ranking named by `by`.
 *
 * @param warn called with the gaps of a ranking, for which its rows have no field
 */
export async function csvAnswer(
  answers: QuerySource,
  params: QueryParams,
  warn: (message: string) => void = () => undefined,
): Promise<string> {
  if (params.by === undefined) return csvOf(seriesRows(await answers.stats(params)));
  const { rows, purged_before, pending_since } = await answers.top(params);
  if (purged_before !== undefined)
    warn(`Hits before ${purged_before} are purged: rows count hits since then.`);
  if (pending_since !== undefined)
    warn(`Visits since ${pending_since} lack hits that are still being added: rows count hits before.`);
  return csvOf(rows, ['value', 'hits', 'visitors']);
}

/** A report in all its formats, for a file and a webhook. */
export async function scheduledReport(answers: QuerySource, params: QueryParams): Promise<Report> {
  const answer = await ReportAnswer.of(answers, params);
  return { json: answer.json, text: answer.text(), csv: await csvAnswer(answers, params) };
}
