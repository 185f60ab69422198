import { Readable } from 'node:stream';
import { HitError } from '../errors.ts';
import { localRetention } from '../retention/folder-retention.ts';
import type { RetentionPolicy } from '../retention/policy.ts';
import { type PurgeSummary, RetentionJob } from '../retention/retention-job.ts';
import { jsonText } from '../schema/hidden-characters.ts';
import { type Ages, agesText } from '../settings/ages.ts';
import { PURGE_SETTINGS } from '../settings/purge.ts';
import type { Values } from '../settings/setting.ts';
import { waitForFreeSpace } from '../store/free-room.ts';
import { DBTracker } from '../trackers/db.ts';
import type { Command } from './command.ts';
import { ControlClient } from './control-client.ts';
import { assertStore } from './existing-store.ts';
import { purgeText } from './purge-text.ts';
import { unexpected } from './usage.ts';

type PurgeValues = Values<typeof PURGE_SETTINGS>;

export const purgeStore: Command<typeof PURGE_SETTINGS> = {
  usage: '[options]',
  settings: PURGE_SETTINGS,
  examples: [
    'hit-tracker purge --dry-run',
    'hit-tracker purge --keep-hits 90d',
    'hit-tracker purge --keep-hits 400d,shop.example=2y --keep-rollups 10y --json',
  ],
  async run(values, positionals, terminal) {
    if (positionals.length > 0) throw unexpected(positionals);
    // Also if a server does the work: invalid ages are reported here.
    const { policy } = localRetention(values['data-dir']!, values);
    const control = await ControlClient.connect(values['data-dir']!);
    const purged = control ? await purgeRemotely(control, values) : await purgeLocally(policy, values);
    terminal.stdout.write(values.json ? `${jsonText(purged)}\n` : purgeText(purged));
  },
};

async function purgeLocally(policy: RetentionPolicy, values: PurgeValues): Promise<PurgeSummary> {
  assertStore(values['data-dir']!, values.store);
  await using db = await DBTracker.open({ dataDir: values['data-dir']!, store: values.store! });
  const { store, spool, rollups } = db;
  const retentionJob = new RetentionJob({ store, spool, rollups, policy, now: Date.now });
  const purged = await retentionJob.run({ dryRun: values['dry-run']! });
  if (!purged.dry_run && purged.hits.length > 0) await waitForFreeSpace(store);
  return purged;
}

/** The server that runs on the data folder does the work, by its own policy unless this command names one. */
async function purgeRemotely(control: ControlClient, values: PurgeValues): Promise<PurgeSummary> {
  const query = new URLSearchParams({ dry_run: String(values['dry-run']) });
  const add = (name: string, ages: Ages | undefined) => ages && query.set(name, agesText(ages));
  add('keep_hits', values['keep-hits']);
  add('keep_rollups', values['keep-rollups']);
  add('keep_visits', values['keep-visits']);
  let purged: PurgeSummary | undefined;
  await control.post(`/control/purge?${query}`, Readable.from([]), (line) => {
    purged = line.purged as PurgeSummary;
  });
  if (purged) return purged;
  throw new HitError('store_unavailable', 'the server on this data folder stopped: purge again');
}
