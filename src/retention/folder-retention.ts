import { readRetention, writeRetention } from '../folder/retention-file.ts';
import { type Ages, agesText, readAges } from '../settings/ages.ts';
import { KEEP_HITS, KEEP_ROLLUPS, KEEP_VISITS } from '../settings/purge.ts';
import { type RetentionPolicy, retentionPolicy } from './policy.ts';

/** The retention of a data folder while no server runs there. */
export interface RetentionHere {
  readonly policy: RetentionPolicy;
  readonly scheduled: readonly Ages[];
}

/**
 * The setting of the command, otherwise that of the last server on the folder, otherwise forever.
 *
 * @throws HitError `bad_setting`; `data_dir_unusable` for a damaged `retention.json`
 */
export function localRetention(
  dataDir: string,
  given: {
    readonly 'keep-hits'?: Ages | undefined;
    readonly 'keep-rollups'?: Ages | undefined;
    readonly 'keep-visits'?: Ages | undefined;
  },
): RetentionHere {
  const stored = readRetention(dataDir);
  const hits = given['keep-hits'] ?? readAges(KEEP_HITS)(stored?.keep_hits ?? KEEP_HITS, '--keep-hits');
  const rollups =
    given['keep-rollups'] ?? readAges(KEEP_ROLLUPS)(stored?.keep_rollups ?? KEEP_ROLLUPS, '--keep-rollups');
  const visits =
    given['keep-visits'] ?? readAges(KEEP_VISITS)(stored?.keep_visits ?? KEEP_VISITS, '--keep-visits');
  return {
    policy: retentionPolicy(hits, rollups, visits),
    // Regardless of the command's own purges: scheduled purges of the server still run.
    scheduled: (stored?.scheduled ?? []).map((text) => readAges(KEEP_HITS)(text, '--schedule')),
  };
}

/** Saves a server's retention in its folder, for commands that run without it. */
export function saveRetention(dataDir: string, { policy, scheduled }: RetentionHere): void {
  writeRetention(dataDir, {
    keep_hits: agesText(policy.hits),
    keep_rollups: agesText(policy.rollups),
    keep_visits: agesText(policy.visits),
    scheduled: scheduled.map(agesText),
  });
}
