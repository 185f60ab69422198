import { join } from 'node:path';
import { HitError } from '../errors.ts';
import type { Live } from '../live/live.ts';
import { type AlertRule, readAlertRules } from '../schedule/alert-rule.ts';
import type { AlertRules } from '../schedule/alert-rules.ts';
import { AlertWatch } from '../schedule/alert-watch.ts';
import { type Clock, SYSTEM_CLOCK } from '../schedule/clock.ts';
import { type Event, messageOfEvent } from '../schedule/event.ts';
import { type Job, readJobs, readZone } from '../schedule/job.ts';
import { JobRunner, type JobRuns } from '../schedule/job-runner.ts';
import type { ScheduleLog } from '../schedule/log.ts';
import { Outbox } from '../schedule/outbox.ts';
import { Scheduler } from '../schedule/scheduler.ts';
import { Webhook } from '../schedule/webhook.ts';
import { loadOrCreateWebhookSecret } from '../schedule/webhook-secret.ts';
import type { SCHEDULE_SETTINGS } from '../settings/schedule.ts';
import type { Values } from '../settings/setting.ts';

/** The scheduled work of a server. */
export interface ScheduledWork {
  readonly jobs: readonly Job[];
  readonly rules: readonly AlertRule[];
  readonly timezone: string;
  readonly reports: string | undefined;
  readonly webhook: { readonly url: string; readonly secret: Uint8Array | undefined } | undefined;
}

/** Dependencies of scheduled work. */
export interface ScheduleParts {
  /** Folder of `schedule.json`, `alerts.json`, `alert-rules.json`, `webhook-secret` and, by default, `reports/`. */
  readonly dataDir: string;
  readonly rules: AlertRules;
  /** Set with the rate tracker. */
  readonly live: Pick<Live, 'read'> | undefined;
  /** Set with the db tracker, which also keeps live counts over a restart. */
  readonly runs: JobRuns | undefined;
  readonly log: ScheduleLog;
  readonly clock?: Clock;
  readonly random?: () => number;
}

/**
 * Reads the settings of scheduled work.
 *
 * @throws HitError `bad_setting`
 */
export function readSchedule(values: Values<typeof SCHEDULE_SETTINGS>): ScheduledWork {
  const timezone = readZone(values.timezone!);
  return {
    jobs: readJobs(values.schedule ?? [], timezone),
    rules: readAlertRules(values.alert ?? []),
    timezone,
    reports: values['reports-dir'],
    webhook:
      values.webhook === undefined ? undefined : { url: values.webhook, secret: values['webhook-secret'] },
  };
}

/**
 * Starts scheduled work, beginning with missed runs.
 *
 * @returns stops it and aborts runs in progress; unfinished runs are caught up at the next start
 * @throws HitError `bad_setting` if a tracker is missing, `data_dir_unusable`
 */
export async function startSchedule(schedule: ScheduledWork, parts: ScheduleParts): Promise<AsyncDisposable> {
  const { jobs, timezone } = schedule;
  const { dataDir, rules, live, runs, log, clock = SYSTEM_CLOCK, random = Math.random } = parts;
  if (jobs.length > 0 && !runs) throw new HitError('bad_setting', '--schedule needs the db tracker');
  if (schedule.rules.length > 0 && !live) throw new HitError('bad_setting', '--alert needs the rate tracker');
  await using resources = new AsyncDisposableStack();
  const outbox = await openOutbox(schedule, dataDir, { clock, random, log });
  resources.use(outbox);
  const emit = async (event: Event) => outbox?.post(messageOfEvent(event));
  if (runs && jobs.length > 0) {
    const reports = schedule.reports ?? join(dataDir, 'reports');
    const runner = new JobRunner({ runs, reports, timezone, emit, clock, log });
    resources.use(
      await Scheduler.start({
        jobs,
        // Both delete data, so one waits for the other.
        concurrencyKey: ({ kind }) => (kind === 'report' ? 'reports' : 'upkeep'),
        run: (job, due, signal) => runner.run(job, due, signal),
        state: join(dataDir, 'schedule.json'),
        ...{ clock, random, log },
      }),
    );
  }
  if (live) {
    const state = join(dataDir, 'alerts.json');
    resources.use(
      await AlertWatch.start({ rules, live, survivesRestart: runs !== undefined, state, emit, clock, log }),
    );
  }
  return resources.move();
}

async function openOutbox(
  { webhook }: ScheduledWork,
  dataDir: string,
  parts: { readonly clock: Clock; readonly random: () => number; readonly log: ScheduleLog },
): Promise<Outbox | undefined> {
  if (!webhook) return undefined;
  const secret = webhook.secret ?? (await loadOrCreateWebhookSecret(join(dataDir, 'webhook-secret')));
  const hook = new Webhook({ url: webhook.url, secret, clock: parts.clock });
  const folder = join(dataDir, 'webhook');
  return Outbox.open({ folder, send: (message, signal) => hook.send(message, signal), ...parts });
}
