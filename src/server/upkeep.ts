import { archiveLocation } from '../archive/address.ts';
import { Archives } from '../archive/archives.ts';
import { HitError } from '../errors.ts';
import { scheduledReport } from '../report/report-answer.ts';
import { type RetentionPolicy, retentionPolicy } from '../retention/policy.ts';
import { Retention } from '../retention/retention.ts';
import { RetentionJob } from '../retention/retention-job.ts';
import type { Job } from '../schedule/job.ts';
import type { JobRuns } from '../schedule/job-runner.ts';
import type { Ages } from '../settings/ages.ts';
import type { BUCKET_SETTINGS } from '../settings/archive.ts';
import type { Values } from '../settings/setting.ts';
import { SerialQueue } from '../timing/serial-queue.ts';
import type { DBTracker } from '../trackers/db.ts';

/** Default schedule of a server's purges. */
const DEFAULT_PURGE_SCHEDULE = 'purge daily 04:00';

/** Maintenance of a store. */
export interface Upkeep {
  readonly retentionJob: RetentionJob;
  readonly archives: Archives;
  readonly retention: Retention;
  /** Runs work, such as a deletion of a site, while no hits are purged, archived or restored. */
  readonly exclusive: Pick<SerialQueue, 'run'>;
  /** The same, as it runs on schedule, and reports. */
  readonly runs: JobRuns;
}

/** @param scheduled ages of hits in scheduled purges */
export function maintenanceJobs(
  db: DBTracker,
  policy: RetentionPolicy,
  scheduled: readonly Ages[],
  bucket: Values<typeof BUCKET_SETTINGS>,
): Upkeep {
  const { store, spool, rollups, archive } = db;
  const now = Date.now;
  // An archive may take hours: purges need not wait for it.
  const [purges, moves] = [new SerialQueue(), new SerialQueue()];
  const retentionJob = new RetentionJob({ store, spool, rollups, policy, now, queue: purges });
  const readers = archive ? [archive] : [];
  const archives = new Archives({ store, spool, rollups, now, readers, queue: moves });
  return {
    retentionJob,
    archives,
    exclusive: { run: (work) => moves.run(() => purges.run(work)) },
    retention: new Retention({ store, policy, scheduled, now }),
    runs: {
      report: (params) => scheduledReport(db, params),
      purge: (ages, signal) => {
        const { hits, rollups: counts, visits } = policy;
        const own = retentionPolicy(
          ages['keep-hits'] ?? hits,
          ages['keep-rollups'] ?? counts,
          ages['keep-visits'] ?? visits,
        );
        return retentionJob.run({ policy: own, signal });
      },
      archive: ({ to, 'older-than': olderThan }, signal) =>
        archives.archive(
          archiveLocation(to, '--to', bucket),
          { olderThan: olderThan!, site: '', dryRun: false },
          { onProgress: () => undefined, signal },
        ),
    },
  };
}

/**
 * The scheduled jobs, plus a daily purge if there is a retention limit and no other purge.
 *
 * @throws HitError `bad_setting` for jobs that need a missing store
 */
export function jobsWithPurge(
  jobs: readonly string[],
  policy: RetentionPolicy,
  hasStore: boolean,
): readonly string[] {
  if (!hasStore) {
    if (jobs.length === 0) return jobs;
    throw new HitError('bad_setting', '--schedule needs the db tracker');
  }
  const ages = [policy.hits, policy.rollups, policy.visits].flatMap(({ default: age, bySite }) => [
    age,
    ...bySite.values(),
  ]);
  const needsDefault = ages.some(Number.isFinite) && !jobs.some((job) => /^\s*purge\b/.test(job));
  return needsDefault ? [...jobs, DEFAULT_PURGE_SCHEDULE] : jobs;
}

/** Ages of hits of scheduled purges that set their own. */
export function scheduledAges(jobs: readonly Job[]): Ages[] {
  return jobs.flatMap((job) => {
    const ages = job.kind === 'purge' ? job.values['keep-hits'] : undefined;
    return ages ? [retentionPolicy(ages, ages, ages).hits] : [];
  });
}
