import { archivedSite, archiveLocation } from '../archive/address.ts';
import type { RestoreSummary } from '../archive/restorer.ts';
import { HitError } from '../errors.ts';
import { readIsoTime } from '../hit/calendar.ts';
import { END_OF_DATETIME64 } from '../hit/time.ts';
import { numberText } from '../report/number-text.ts';
import { jsonText } from '../schema/hidden-characters.ts';
import { RESTORE_SETTINGS } from '../settings/restore.ts';
import { DAY } from '../timing/units.ts';
import { openArchiveClient } from './archive-client.ts';
import type { Command } from './command.ts';
import { unexpected } from './usage.ts';

export const restore: Command<typeof RESTORE_SETTINGS> = {
  usage: '--from FOLDER|s3://BUCKET/PREFIX [options]',
  settings: RESTORE_SETTINGS,
  examples: [
    'hit-tracker restore --from /var/archive/hits --from-day 2026-01-01 --to-day 2026-01-31',
    'hit-tracker restore --from s3://bucket/hits --site example.com --dry-run',
  ],
  async run(values, positionals, terminal) {
    if (positionals.length > 0) throw unexpected(positionals);
    const from = archiveLocation(values.from, '--from', values);
    const options = {
      site: archivedSite(values.site),
      from: dayOf(values['from-day'], '--from-day') ?? Date.UTC(1900, 0),
      to: (dayOf(values['to-day'], '--to-day') ?? END_OF_DATETIME64 - DAY) + DAY,
      dryRun: values['dry-run']!,
    };
    if (options.from >= options.to) throw new HitError('bad_usage', '--to-day is before --from-day');
    const client = await openArchiveClient(values, false, terminal);
    try {
      const summary = await client.restore(from, options);
      terminal.stdout.write(values.json ? `${jsonText(summary)}\n` : restoreText(summary));
    } finally {
      await client.close();
    }
  },
};

/** Start of a UTC day. @throws HitError `bad_setting` */
function dayOf(text: string | undefined, flag: string): number | undefined {
  if (text === undefined) return undefined;
  const start = /^.{10}$/.test(text) ? readIsoTime(text)?.wall : undefined;
  if (start === undefined)
    throw new HitError('bad_setting', `${flag}: "${text}" is not a day such as 2026-01-31`);
  return start;
}

/** The result as text. */
function restoreText({ rows, days, already, seconds, dry_run }: RestoreSummary): string {
  const what = `${dry_run ? 'Would restore' : 'Restored'} ${numberText(rows)} hits of ${numberText(days)} days`;
  const lines = [dry_run ? what : `${what} in ${seconds.toFixed(1)} s`];
  if (already > 0) lines.push(`  ${numberText(already)} hits are already in the store`);
  return `${lines.join('\n')}\n`;
}
