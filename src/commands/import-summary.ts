import type { LostLines } from '../logs/follow/lost-lines.ts';
import { type LineFailure, MOST_FAILURES } from '../logs/reader.ts';
import { type ImportSummary, NO_LINES, sumOf } from '../logs/summary.ts';
import type { SyslogDrops } from '../logs/syslog/syslog-source.ts';
import { numberText } from '../report/number-text.ts';
import type { INTAKE_SETTINGS } from '../settings/intake.ts';

/** The result of one log. */
export interface ImportedLog {
  readonly name: string;
  readonly summary: ImportSummary;
}

/** The result of all logs of a command. */
export interface TotalSummary extends Omit<ImportSummary, 'failures' | 'broken'> {
  /** The first 20 failures, with the name of the log if there are several. */
  readonly failures: readonly (LineFailure & { readonly file?: string })[];
  /** Syslog messages that were not imported, if there are any. */
  readonly dropped_messages?: SyslogDrops;
  /** The first 20 followed logs that were removed before they were read completely, if any were. */
  readonly lost?: readonly {
    readonly file: string;
    /** Bytes that were read. */
    readonly read: number;
    /** Bytes after those that were seen; there may have been more. */
    readonly unread: number;
    readonly read_at: string;
  }[];
}

/** Messages about flags that have no effect if a server does the import. */
const WITHOUT_EFFECT: Readonly<Record<'keep-hits' | keyof typeof INTAKE_SETTINGS, string>> = {
  'keep-hits': 'Its own retention applies, not --keep-hits.',
  'geo-database': 'Its own city database is used, not --geo-database.',
  'ipv6-prefix': 'Its own prefix of IPv6 clients applies, not --ipv6-prefix.',
};

/** The message before a server does the import. */
export function handOverText(flags: Readonly<Partial<Record<keyof typeof WITHOUT_EFFECT, unknown>>>): string {
  const ignored = Object.entries(WITHOUT_EFFECT).filter(
    ([flag]) => flags[flag as keyof typeof flags] !== undefined,
  );
  const lines = [
    'A server is running on this data folder; it does the import.',
    ...ignored.map(([, text]) => text),
  ];
  return `${lines.join(' ')}\n`;
}

/** The message about lost lines of a followed log. */
export function lostText({ name, read, unread, readAt }: LostLines): string {
  const lost =
    unread > 0
      ? `At least ${numberText(unread)} bytes of ${name} are lost`
      : `What was last written to ${name} may be lost`;
  return `${lost}: it was truncated or removed after byte ${numberText(read)}, read at ${new Date(readAt).toISOString()}, and no rotated file has the rest.`;
}

const NOTHING: TotalSummary = {
  ...NO_LINES,
  seconds: 0,
  lines_per_second: 0,
  failures: [],
};

/** @param several whether there are several logs, so that failures need their names */
export function addSummaries(logs: readonly ImportedLog[], several: boolean): TotalSummary {
  return logs.reduce((sum, { name, summary }) => {
    const counts = sumOf(sum, summary);
    const seconds = Number((sum.seconds + summary.seconds).toFixed(3));
    const maybePurged = (sum.maybe_purged ?? 0) + (summary.maybe_purged ?? 0);
    const failures = several ? summary.failures.map((each) => ({ file: name, ...each })) : summary.failures;
    return {
      ...counts,
      ...(maybePurged > 0 && { maybe_purged: maybePurged }),
      seconds,
      lines_per_second: seconds > 0 ? Math.round(counts.lines / seconds) : 0,
      failures: [...sum.failures, ...failures].slice(0, MOST_FAILURES),
    };
  }, NOTHING);
}

/** The summary as text. */
export function summaryText(summary: TotalSummary): string {
  const lines = [
    `${numberText(summary.lines)} lines in ${summary.seconds.toFixed(1)} s (${numberText(summary.lines_per_second)} lines/s)`,
    `  imported  ${numberText(summary.imported)}`,
    `  already   ${numberText(summary.already)}`,
    `  failed    ${numberText(summary.failed)}`,
    ...summary.failures.map(
      ({ file, line, reason }) => `    ${file === undefined ? '' : `${file} `}line ${line}: ${reason}`,
    ),
  ];
  if (summary.failed > summary.failures.length) {
    lines.push(`    and ${numberText(summary.failed - summary.failures.length)} more`);
  }
  if (summary.maybe_purged !== undefined) {
    lines.push(
      `The store has no record of the batches of ${numberText(summary.maybe_purged)} of these lines: an earlier version imported them, or the`,
      'record is lost. If their hits were purged, and not archived, restore them with --restore-purged.',
    );
  }
  return `${lines.join('\n')}\n`;
}
