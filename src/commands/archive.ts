import { archivedSite, archiveLocation } from '../archive/address.ts';
import type { ArchiveSummary } from '../archive/archiver.ts';
import { HitError } from '../errors.ts';
import { bytesText, numberText } from '../report/number-text.ts';
import { jsonText } from '../schema/hidden-characters.ts';
import { ARCHIVE_SETTINGS } from '../settings/archive.ts';
import { openArchiveClient } from './archive-client.ts';
import type { Command } from './command.ts';
import { unexpected } from './usage.ts';

export const archive: Command<typeof ARCHIVE_SETTINGS> = {
  usage: '--to FOLDER|s3://BUCKET/PREFIX [options]',
  settings: ARCHIVE_SETTINGS,
  examples: [
    'hit-tracker archive --older-than 90d --to /var/archive/hits --dry-run',
    'hit-tracker archive --older-than 1y --to /var/archive/hits --site example.com',
    'HIT_S3_ACCESS_KEY=… HIT_S3_SECRET_KEY=… hit-tracker archive --to s3://bucket/hits --s3-endpoint https://s3.example.com',
  ],
  async run(values, positionals, terminal) {
    if (positionals.length > 0) throw unexpected(positionals);
    const olderThan = values['older-than']!;
    if (!Number.isFinite(olderThan)) {
      throw new HitError('bad_setting', '--older-than: forever matches nothing: use an age such as 90d');
    }
    const to = archiveLocation(values.to, '--to', values);
    const options = { olderThan, site: archivedSite(values.site), dryRun: values['dry-run']! };
    const client = await openArchiveClient(values, true, terminal);
    try {
      const summary = await client.archive(to, options);
      terminal.stdout.write(values.json ? `${jsonText(summary)}\n` : archiveText(summary));
    } finally {
      await client.close();
    }
  },
};

/** The result as text. */
function archiveText(summary: ArchiveSummary): string {
  const { rows, days, already, waiting, archived_bytes, bytes_before, bytes_after, seconds, dry_run } =
    summary;
  if (rows === 0 && already === 0 && waiting === 0) return 'Nothing is old enough to be archived.\n';
  const each = rows > 0 ? `, ${(archived_bytes / rows).toFixed(1)} bytes a hit` : '';
  const lines = [
    `${dry_run ? 'Would archive' : 'Archived'} ${numberText(rows)} hits of ${numberText(days)} days`,
  ];
  if (!dry_run) {
    lines[0] += ` in ${seconds.toFixed(1)} s`;
    lines.push(`  archive  ${bytesText(archived_bytes)}${each}`);
    lines.push(`  store    ${bytesText(bytes_before)} before, ${bytesText(bytes_after)} now`);
  }
  if (already > 0) lines.push(`  ${numberText(already)} hits of these days were already in the archive`);
  if (waiting > 0)
    lines.push(`  ${numberText(waiting)} hits are not rolled up yet: archive again in a few minutes`);
  return `${lines.join('\n')}\n`;
}
