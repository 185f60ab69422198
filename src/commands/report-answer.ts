import type { Report } from '../schedule/job-runner.ts';
import { csvOf } from '../store/csv.ts';
import { readDimension } from '../store/dimension.ts';
import { readTimeZone } from '../store/question.ts';
import type { Stats, Top } from '../store/stats.ts';
import type { Words } from '../store/words.ts';
import { reportText, seriesRows } from './report-text.ts';

/** Rankings of a report that asks for none. */
const USUAL = ['path', 'source', 'country', 'browser'] as const;
/** Columns of a report that no terminal shows. */
const USUAL_WIDTH = 100;

/** Where answers come from: the server that runs on the data folder, or the folder itself. */
export interface Answers {
  stats(words: Words): Promise<Stats>;
  top(words: Words): Promise<Top>;
}

/** What a report says. */
export class ReportAnswer {
  readonly #stats: Stats;
  readonly #tops: readonly Top[];
  readonly #timezone: string;

  private constructor(stats: Stats, tops: readonly Top[], timezone: string) {
    this.#stats = stats;
    this.#tops = tops;
    this.#timezone = timezone;
  }

  /** Asks for totals, series, and the ranking that is named by `by`, or else the usual ones. */
  static async of(answers: Answers, words: Words): Promise<ReportAnswer> {
    const stats = await answers.stats(words);
    const tops: Top[] = [];
    const ranked = words.by === undefined ? USUAL : [readDimension(words.by)];
    for (const by of ranked) tops.push(await answers.top({ ...words, by }));
    return new ReportAnswer(stats, tops, readTimeZone(words.timezone));
  }

  /** @param columns of the terminal */
  text(columns = USUAL_WIDTH): string {
    return reportText(this.#stats, this.#tops, columns, this.#timezone);
  }

  get json(): object {
    return { ...this.#stats, tops: Object.fromEntries(this.#tops.map(({ by, rows }) => [by, rows])) };
  }
}

/** The series as CSV, or the ranking that is named by `by`. */
export async function csvAnswer(answers: Answers, words: Words): Promise<string> {
  return csvOf(
    words.by === undefined ? seriesRows(await answers.stats(words)) : (await answers.top(words)).rows,
  );
}

/** A report in all its forms, for a file and a webhook. */
export async function scheduledReport(answers: Answers, words: Words): Promise<Report> {
  const answer = await ReportAnswer.of(answers, words);
  return { json: answer.json, text: answer.text(), csv: await csvAnswer(answers, words) };
}
