import { Readable } from 'node:stream';
import { HitError } from '../errors.ts';
import { bytesText, numberText } from '../report/number-text.ts';
import { localRetention } from '../retention/folder-retention.ts';
import type { RetentionPolicy } from '../retention/policy.ts';
import type { PurgedSite } from '../retention/purge.ts';
import { isLimited } from '../retention/retention.ts';
import { type PurgeSummary, RetentionJob } from '../retention/retention-job.ts';
import { type Ages, agesText, readAges } from '../settings/ages.ts';
import { KEEP_HITS, PURGE_SETTINGS } from '../settings/purge.ts';
import type { Values } from '../settings/setting.ts';
import { waitForFreeSpace } from '../store/free-room.ts';
import { DBTracker } from '../trackers/db.ts';
import type { Command } from './command.ts';
import { ControlClient } from './control-client.ts';
import { unexpected } from './usage.ts';

type PurgeValues = Values<typeof PURGE_SETTINGS>;

export const purgeStore: Command<typeof PURGE_SETTINGS> = {
  summary: 'delete hits, rollups and visits past their retention',
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
    terminal.stdout.write(values.json ? `${JSON.stringify(purged)}\n` : purgeText(purged));
  },
};

async function purgeLocally(policy: RetentionPolicy, values: PurgeValues): Promise<PurgeSummary> {
  await using db = await DBTracker.open({ dataDir: values['data-dir']!, store: values.store! });
  const { store, spool, rollups } = db;
  const purger = new RetentionJob({ store, spool, rollups, policy, now: Date.now });
  const purged = await purger.run({ dryRun: values['dry-run']! });
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

/** What was or would be purged, for people. */
function purgeText(summary: PurgeSummary): string {
  const { dry_run, hits, rollups, visits, exceptions } = summary;
  const gone = new Set([...hits, ...rollups, ...visits].map(({ site }) => site));
  const lines = [
    ...sectionOf('hits', hits),
    ...sectionOf('rows of rollups', rollups),
    ...sectionOf('visits', visits),
  ];
  const kept = exceptions.map(({ site, since }) => {
    const day = since.slice(0, 10);
    return gone.has(site)
      ? `  ${site}: the exemption by import --keep of ${day} does not apply, because --keep-hits names this site\n`
      : `  ${site}: kept, exempt since import --keep of ${day}\n`;
  });
  return `${headOf(summary, lines.length > 0, dry_run ? 'Would be purged' : 'Purged')}${lines.join('')}${kept.join('')}`;
}

function headOf(
  { keep_hits, keep_rollups, keep_visits }: PurgeSummary,
  isSome: boolean,
  verb: string,
): string {
  if (isSome) return `${verb} (sizes are estimates):\n`;
  const ages = [keep_hits, keep_rollups, keep_visits].map((text) => readAges(KEEP_HITS)(text, '--keep-hits'));
  if (isLimited(ages)) return 'Nothing is old enough to be purged.\n';
  return 'Nothing is purged, because no retention is set: set one, such as --keep-hits 400d.\n';
}

function sectionOf(what: string, sites: readonly PurgedSite[]): string[] {
  return sites.map(
    ({ site, before, rows, bytes }) =>
      `  ${site}: ${numberText(rows)} ${what} before ${before.slice(0, 10)}, ${bytesText(bytes)}\n`,
  );
}
