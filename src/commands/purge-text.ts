import { bytesText, numberText } from '../report/number-text.ts';
import type { PurgedSite } from '../retention/purge.ts';
import { isLimited, isNamedLimited } from '../retention/retention.ts';
import type { PurgeSummary } from '../retention/retention-job.ts';
import { type Ages, readAges } from '../settings/ages.ts';
import { KEEP_HITS, KEEP_ROLLUPS, KEEP_VISITS } from '../settings/purge.ts';

/** The ages of a purge: the data they apply to, and the flag that sets them. */
interface AppliedAges {
  readonly what: string;
  readonly flag: string;
  readonly ages: Ages;
}

/** The purged data, or that of a dry run, as text. */
export function purgeText(summary: PurgeSummary): string {
  const { dry_run, hits, rollups, visits, exceptions } = summary;
  const applied = agesOf(summary);
  const lines = [
    ...sectionOf('hits', hits),
    ...sectionOf('rows of rollups', rollups),
    ...sectionOf('visits', visits),
  ];
  const exempt = exceptions.map(({ site, since }) => `  ${site}: ${exemptionText(site, since, applied)}\n`);
  return [
    headOf(applied, lines.length > 0, dry_run ? 'Would be purged' : 'Purged'),
    ...lines,
    ...exempt,
  ].join('');
}

function agesOf({ keep_hits, keep_rollups, keep_visits }: PurgeSummary): AppliedAges[] {
  return [
    { what: 'hits', flag: '--keep-hits', ages: readAges(KEEP_HITS)(keep_hits, '--keep-hits') },
    { what: 'rollups', flag: '--keep-rollups', ages: readAges(KEEP_ROLLUPS)(keep_rollups, '--keep-rollups') },
    { what: 'visits', flag: '--keep-visits', ages: readAges(KEEP_VISITS)(keep_visits, '--keep-visits') },
  ];
}

/** A flag that names the site itself overrides its exemption, for the flag's kind of data. */
function exemptionText(site: string, since: string, applied: readonly AppliedAges[]): string {
  const day = since.slice(0, 10);
  const named = applied.filter(({ ages }) => isNamedLimited([ages], site));
  if (named.length === 0) return `kept, exempt since import --keep of ${day}`;
  const list = (texts: readonly string[]) => new Intl.ListFormat('en').format(texts);
  const what = list(named.map((each) => each.what));
  const flags = list(named.map((each) => each.flag));
  const verb = named.length === 1 ? 'names' : 'name';
  return `the exemption by import --keep of ${day} does not apply to ${what}, because ${flags} ${verb} this site`;
}

function headOf(applied: readonly AppliedAges[], isSome: boolean, verb: string): string {
  if (isSome) return `${verb} (sizes are estimates):\n`;
  if (isLimited(applied.map(({ ages }) => ages))) return 'Nothing is old enough to be purged.\n';
  return 'Nothing is purged, because no retention is set: set one, such as --keep-hits 400d.\n';
}

function sectionOf(what: string, sites: readonly PurgedSite[]): string[] {
  return sites.map(
    ({ site, before, rows, bytes }) =>
      `  ${site}: ${numberText(rows)} ${what} before ${before.slice(0, 10)}, ${bytesText(bytes)}\n`,
  );
}
