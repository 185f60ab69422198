import { Archives } from '../archive/archives.ts';
import { HitError } from '../errors.ts';
import { type RetentionPolicy, retentionPolicy } from '../retention/policy.ts';
import { Retention } from '../retention/retention.ts';
import { RetentionJob } from '../retention/retention-job.ts';
import type { Job } from '../schedule/job.ts';
import type { JobRuns } from '../schedule/job-runner.ts';
import type { Ages } from '../settings/ages.ts';
import type { BUCKET_SETTINGS } from '../settings/archive.ts';
import type { Values } from '../settings/setting.ts';
import type { DBTracker } from '../trackers/db.ts';
import { archiveLocation } from './archive-place.ts';
import { scheduledReport } from './report-answer.ts';

/** When a server purges that is told nothing else. */
const USUAL_PURGE = 'purge daily 04:00';

/** What keeps a store in order. */
export interface Upkeep {
  readonly purger: RetentionJob;
  readonly archives: Archives;
  readonly retention: Retention;
  /** The same, as it runs on schedule, and reports. */
  readonly runs: JobRuns;
}

/** @param scheduled ages of hits that scheduled purges name */
export function upkeepOf(
  db: DBTracker,
  policy: RetentionPolicy,
  scheduled: readonly Ages[],
  bucket: Values<typeof BUCKET_SETTINGS>,
): Upkeep {
  const { store, spool, rollups, archive } = db;
  const now = Date.now;
  const purger = new RetentionJob({ store, spool, rollups, policy, now });
  const archives = new Archives({ store, spool, rollups, now, readers: archive ? [archive] : [] });
  return {
    purger,
    archives,
    retention: new Retention({ store, policy, scheduled, now }),
    runs: {
      report: (words) => scheduledReport(db, words),
      purge: ({ 'keep-hits': hits = policy.hits, 'keep-rollups': kept = policy.rollups }, signal) =>
        purger.run({ policy: retentionPolicy(hits, kept), signal }),
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
 * Jobs as they are set, and a daily purge where something gets too old and no other purge is named.
 *
 * @throws HitError `bad_setting` for jobs of a store that is not there
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
  const ages = [policy.hits, policy.rollups].flatMap(({ usual, bySite }) => [usual, ...bySite.values()]);
  const isUsual = ages.some(Number.isFinite) && !jobs.some((job) => /^\s*purge\b/.test(job));
  return isUsual ? [...jobs, USUAL_PURGE] : jobs;
}

/** Ages of hits by which scheduled purges go, where these name their own. */
export function scheduledAges(jobs: readonly Job[]): Ages[] {
  return jobs.flatMap((job) => {
    const ages = job.kind === 'purge' ? job.values['keep-hits'] : undefined;
    return ages ? [retentionPolicy(ages, ages).hits] : [];
  });
}
