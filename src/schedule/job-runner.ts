import type { QueryParams } from '../query/params.ts';
import { presetPeriod } from '../query/period.ts';
import type { Clock } from './clock.ts';
import type { Event } from './event.ts';
import type { ArchiveJob, Job, PurgeJob, ReportJob } from './job.ts';
import type { ScheduleLog } from './log.ts';
import { reportFileName, saveReport } from './report-file.ts';

/** A report in each of its forms. */
export interface Report {
  readonly json: object;
  readonly text: string;
  readonly csv: string;
}

/** The work of jobs on the store. Each function rejects when it fails, or when the signal is aborted. */
export interface JobRuns {
  /**
   * @param params parameters of a query, as in `stats` and `top`: `from`, `to` and `timezone` always, `site`, `by`,
   *   `compare`, `filter` and so on as given
   */
  report(params: QueryParams, signal: AbortSignal): Promise<Report>;
  /** @returns a summary that can be serialised as JSON */
  purge(values: PurgeJob['values'], signal: AbortSignal): Promise<object>;
  archive(values: ArchiveJob['values'], signal: AbortSignal): Promise<object>;
}

export interface JobRunnerOptions {
  readonly runs: JobRuns;
  /** Folder of reports. */
  readonly reports: string;
  readonly timezone: string;
  /** Resolves when delivery of the event is certain; without a webhook, nothing is sent. */
  readonly emit: (event: Event) => Promise<void>;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: ScheduleLog;
}

/** Runs jobs and delivers their results. A job that runs twice for one due time leaves one file and one message. */
export class JobRunner {
  readonly #options: JobRunnerOptions;

  constructor(options: JobRunnerOptions) {
    this.#options = options;
  }

  /** @param due when it should run, which sets the period of a report; milliseconds since 1970 */
  async run(job: Job, due: number, signal: AbortSignal): Promise<void> {
    const { runs } = this.#options;
    if (job.kind === 'report') return this.#report(job, due, signal);
    const summary =
      job.kind === 'purge' ? await runs.purge(job.values, signal) : await runs.archive(job.values, signal);
    this.#options.log.info(`${job.text}: done: ${JSON.stringify(summary)}`);
    await this.#emit(`${job.kind}.done`, job, due, { summary });
  }

  async #report(job: ReportJob, due: number, signal: AbortSignal): Promise<void> {
    const { runs, reports, timezone, log } = this.#options;
    const { from, to } = presetPeriod(job.period, due, timezone);
    const period = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
    const report = await runs.report({ ...job.params, ...period }, signal);
    const name = reportFileName(job, due, timezone);
    const content = job.format === 'json' ? `${JSON.stringify(report.json, null, 2)}\n` : report[job.format];
    const path = await saveReport(reports, name, content);
    log.info(`${job.text}: ${path} is written`);
    await this.#emit('report.created', job, due, {
      ...{ file: name, site: job.params.site ?? null, period: job.period, ...period, report: report.json },
    });
  }

  #emit(type: Event['type'], job: Job, due: number, data: object): Promise<void> {
    return this.#options.emit({
      ...{ type, subject: job.text, moment: due, time: this.#options.clock.now() },
      data: { job: job.text, due: new Date(due).toISOString(), ...data },
    });
  }
}
