/** `import --follow`: imports each followed log as it grows, and reports losses and errors. */
import { createHmac } from 'node:crypto';
import { resolve } from 'node:path';
import { HitError, messageOf } from '../errors.ts';
import { ImportKey } from '../folder/import-key.ts';
import { Secrets } from '../folder/secrets.ts';
import { siteName } from '../hit/site-name.ts';
import { NO_IMPORT_SALT } from '../hit/visitors.ts';
import { drainedChunks } from '../logs/chunks.ts';
import type { DueLog } from '../logs/follow/due-log.ts';
import { Follower } from '../logs/follow/follower.ts';
import { type FollowTarget, findFiles, followTargets } from '../logs/follow/log-files.ts';
import { LogPositions } from '../logs/follow/log-positions.ts';
import type { LostLines } from '../logs/follow/lost-lines.ts';
import type { ImportOptions } from '../logs/import-options.ts';
import type { ImportProgress } from '../logs/import-progress.ts';
import type { ImportSummary } from '../logs/summary.ts';
import { type SyslogDrops, SyslogSource } from '../logs/syslog/syslog-source.ts';
import { DEFAULT_SITE, type IMPORT_SETTINGS } from '../settings/import.ts';
import type { Values } from '../settings/setting.ts';
import type { Terminal } from './command.ts';
import { importSyslog, sumOfDrops } from './follow-syslog.ts';
import { checkTargets } from './follow-targets.ts';
import { checkFailures, failureText, reportFindings, type SurveyedLog, surveyFile } from './import-checks.ts';
import { importLog } from './import-log.ts';
import { surveyPipe } from './import-pipes.ts';
import { addSummaries, lostText, type TotalSummary } from './import-summary.ts';
import type { ImportTarget } from './import-target.ts';
import type { OldHits } from './old-hits.ts';
import { ProgressLine } from './progress.ts';

/** Lost logs that the summary lists. */
const MOST_LOST = 20;

export interface FollowContext {
  readonly values: Values<typeof IMPORT_SETTINGS>;
  readonly target: ImportTarget;
  readonly old: OldHits;
  readonly terminal: Terminal;
  readonly interrupted: AbortSignal;
}

/** Imports logs as they grow, until it is interrupted, or standard input ends and no file is followed. */
export class FollowedLogs {
  readonly #context: FollowContext;
  readonly #options: Omit<ImportOptions, 'follow'>;
  readonly #importSalt: Uint8Array;
  readonly #positions: LogPositions;
  readonly #failed = new AbortController();
  readonly #started = performance.now();
  readonly #progress: ProgressLine;
  readonly #lost: LostLines[] = [];
  readonly #warned = new Set<string>();
  readonly #running = new Set<Promise<void>>();
  #drops: SyslogDrops | undefined;
  #sum = addSummaries([], true);
  #shown = { bytes: 0, lines: 0 };
  #fault: unknown;

  /** @throws HitError `import_failed` in a restored backup without the import salt; `data_dir_unusable` */
  constructor(context: FollowContext) {
    const { values, terminal } = context;
    this.#context = context;
    this.#options = {
      site: values.site,
      format: values.format!,
      timezone: values.timezone,
      fields: values.fields,
      restorePurged: values['restore-purged']!,
    };
    const dataDir = resolve(values['data-dir']!);
    const { importSalt } = Secrets.open(dataDir);
    if (!importSalt) throw new HitError('import_failed', `logs cannot be followed, since ${NO_IMPORT_SALT}`);
    this.#importSalt = importSalt;
    const site = siteName(values.site ?? DEFAULT_SITE);
    this.#positions = new LogPositions(dataDir, site, new ImportKey(importSalt));
    this.#progress = new ProgressLine(terminal.stderr, 'followed logs', undefined);
  }

  /** What was imported so far. */
  get summary(): TotalSummary {
    const seconds = (performance.now() - this.#started) / 1000;
    return {
      ...this.#sum,
      seconds: Number(seconds.toFixed(3)),
      lines_per_second: Math.round(this.#sum.lines / seconds),
      ...(this.#drops && sumOfDrops(this.#drops) > 0 && { dropped_messages: { ...this.#drops } }),
      ...(this.#lost.length > 0 && {
        lost: this.#lost.map(({ name, read, unread, readAt }) => {
          return { file: name, read, unread, read_at: new Date(readAt).toISOString() };
        }),
      }),
    };
  }

  /**
   * @param files names, patterns, and `-` for standard input
   * @throws HitError `import_failed`, also for logs that fail a check; `store_unavailable`, `data_dir_unusable`; `bad_usage` if
   *   old lines are refused
   */
  async run(files: readonly string[]): Promise<void> {
    const { terminal, interrupted } = this.#context;
    const stop = AbortSignal.any([interrupted, this.#failed.signal]);
    const targets = followTargets(files.filter((file) => file !== '-'));
    await checkTargets(targets, terminal);
    await this.#checkLogs(targets, stop);
    const { syslog } = this.#context.values;
    const source = syslog && (await SyslogSource.open(syslog));
    try {
      if (source) this.#start(this.#importSyslog(source, stop));
      if (files.includes('-')) this.#start(this.#importStdin(stop));
      if (targets.length > 0) await this.#follow(targets, stop);
      await Promise.all(this.#running);
    } finally {
      this.#progress.close();
    }
    if (this.#fault !== undefined) throw this.#fault;
  }

  /**
   * Checks logs when they are followed for the first time, as a person is there to respond. A service that is restarted continues
   * with them.
   */
  async #checkLogs(targets: readonly FollowTarget[], stop: AbortSignal): Promise<void> {
    const { values, terminal } = this.#context;
    const surveyed: SurveyedLog[] = [];
    for (const target of targets) {
      if ((await this.#positions.read(target)).length > 0) continue;
      for (const { path, size, as } of await findFiles([target])) {
        if (as !== 'current') continue;
        try {
          surveyed.push(await surveyFile(path, size, values, stop));
        } catch (error) {
          // The follower reports it, and follows the others.
          if (!target.isPattern) throw error;
        }
      }
    }
    reportFindings(surveyed, values.yes!, terminal);
  }

  async #follow(targets: readonly FollowTarget[], stop: AbortSignal): Promise<void> {
    const { target } = this.#context;
    const follower = new Follower({
      targets,
      positions: this.#positions,
      digest: digestWith(this.#importSalt),
      isImported: (chunk) => target.isImported(chunk),
      onLost: (lost) => this.#lose(lost),
      onUnreadable: (path, error) => this.#warn(path, `${path} cannot be read: ${messageOf(error)}`),
      stop,
    });
    try {
      for await (const log of follower.logs()) this.#start(this.#import(log));
    } catch (error) {
      this.#fail(error);
    }
    await Promise.all(this.#running);
    follower.save();
  }

  /** Runs an import concurrently with the others: the first that fails ends them all. */
  #start(work: Promise<void>): void {
    const running = work.catch((error) => this.#fail(error)).finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  #fail(error: unknown): void {
    this.#fault ??= error;
    this.#failed.abort();
  }

  async #import(log: DueLog): Promise<void> {
    const { name, isClosed, isSibling } = log;
    try {
      const summary = await this.#take(
        this.#checked(log.bytes, name),
        name,
        { follow: !isClosed },
        ({ imported }) => imported && log.stored(imported),
      );
      await log.ended('stored');
      const failure = failureText({ name, summary }, this.#context.values['max-failures']!);
      if (failure !== undefined) this.#warn(`${name} failed`, `Warning: ${failure}`);
    } catch (error) {
      if (!isSibling || !(error instanceof HitError) || error.code !== 'bad_usage') throw error;
      this.#warn(name, `${name} is skipped: ${error.message}`);
      await log.ended('skipped');
    }
  }

  async #importStdin(stop: AbortSignal): Promise<void> {
    const name = 'standard input';
    const { terminal, values } = this.#context;
    const { surveyed, whole } = await surveyPipe(drainedChunks(terminal.stdin, stop), name, values);
    reportFindings([surveyed], values.yes!, terminal);
    const options = { follow: true, refuseCopies: !values.yes };
    const summary = await this.#take(this.#checked(whole, name), name, options, () => undefined);
    if (!stop.aborted) checkFailures([{ name, summary }], values['max-failures']!);
  }

  async #importSyslog(source: SyslogSource, stop: AbortSignal): Promise<void> {
    const { old, terminal, values } = this.#context;
    this.#drops = source.drops;
    stop.addEventListener('abort', () => source.stop());
    if (stop.aborted) source.stop();
    await importSyslog(
      source,
      // Whoever reaches the port could end the import by an old line, so none is refused: the next purge deletes it.
      (log, options) => this.#take(old.accepted(log), 'syslog', options, () => undefined),
      (summary) => {
        const failure = failureText({ name: 'syslog', summary }, values['max-failures']!);
        if (failure !== undefined) this.#warn('syslog failed', `Warning: ${failure}`);
      },
      terminal,
    );
  }

  /** A log whose old lines are decided about before they are imported. */
  #checked(log: AsyncIterable<Buffer>, name: string): AsyncIterable<Buffer> {
    const { old } = this.#context;
    return old.isChecked ? old.checked(log, name) : log;
  }

  async #take(
    log: AsyncIterable<Buffer>,
    name: string,
    options: Pick<ImportOptions, 'follow' | 'refuseCopies'>,
    onProgress: (progress: ImportProgress) => void,
  ): Promise<ImportSummary> {
    const { target, interrupted } = this.#context;
    let last = { bytes: 0, lines: 0 };
    const summary = await importLog(log, { ...this.#options, ...options }, target, (progress) => {
      const { bytes, lines } = this.#shown;
      this.#shown = {
        bytes: bytes + progress.bytes - last.bytes,
        lines: lines + progress.lines - last.lines,
      };
      last = progress;
      this.#progress.show(this.#shown);
      onProgress(progress);
    });
    this.#add(name, summary);
    if (summary.broken !== undefined && !interrupted.aborted && !this.#failed.signal.aborted) {
      throw new HitError('import_failed', `${name} cannot be read: ${summary.broken}`);
    }
    return summary;
  }

  /** Adds up right away instead of keeping summaries: a follower may run for years. */
  #add(name: string, summary: ImportSummary): void {
    this.#sum = addSummaries(
      [
        { name: '', summary: this.#sum },
        { name, summary },
      ],
      true,
    );
  }

  #lose(lost: LostLines): void {
    if (this.#lost.length < MOST_LOST) this.#lost.push(lost);
    this.#context.terminal.stderr.write(`${lostText(lost)}\n`);
  }

  /** Prints one message for each subject. */
  #warn(subject: string, text: string): void {
    if (this.#warned.has(subject)) return;
    this.#warned.add(subject);
    this.#context.terminal.stderr.write(`${text}\n`);
  }
}

/** Digests for this purpose alone, with a key that has other uses. */
function digestWith(key: Uint8Array): (bytes: Buffer) => string {
  return (bytes) => createHmac('sha256', key).update('followed log\n').update(bytes).digest('hex');
}
