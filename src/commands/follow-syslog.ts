/** `import --follow --syslog`: imports lines that arrive as syslog messages. */
import type { ImportOptions } from '../logs/import-options.ts';
import type { ImportSummary } from '../logs/summary.ts';
import type { SyslogDrops, SyslogSource } from '../logs/syslog/syslog-source.ts';
import { numberText } from '../report/number-text.ts';
import { type SyslogAddress, syslogAddressText } from '../settings/syslog-address.ts';
import type { Terminal } from './command.ts';

/** How often drops are reported, in milliseconds. */
const REPORT_EVERY = 10_000;

/** Imports one log. */
type Take = (log: AsyncIterable<Buffer>, options: Pick<ImportOptions, 'follow'>) => Promise<ImportSummary>;

/**
 * Imports what arrives, until the source is stopped and all its lines are stored.
 *
 * @param onSummary gets the result of each log
 */
export async function importSyslog(
  source: SyslogSource,
  take: Take,
  onSummary: (summary: ImportSummary) => void,
  { stderr }: Pick<Terminal, 'stderr'>,
): Promise<void> {
  stderr.write(listeningText(source.addresses));
  let reported = 0;
  const report = () => {
    const dropped = sumOfDrops(source.drops);
    if (dropped === reported) return;
    reported = dropped;
    stderr.write(`Warning: ${dropsText(source.drops)}\n`);
  };
  const timer = setInterval(report, REPORT_EVERY);
  try {
    while (!source.isEnded) onSummary(await take(source.log(), { follow: true }));
  } finally {
    clearInterval(timer);
    source.close();
    report();
  }
}

export function sumOfDrops({ overflow, too_long, connections }: SyslogDrops): number {
  return overflow + too_long + connections;
}

/** The message about what was not imported. */
function dropsText({ overflow, too_long: tooLong, connections }: SyslogDrops): string {
  return [
    `syslog messages dropped: ${numberText(overflow)} because too many waited, ${numberText(tooLong)} too long`,
    ...(connections > 0 ? [`connections refused: ${numberText(connections)}`] : []),
  ].join('; ');
}

function listeningText(addresses: readonly SyslogAddress[]): string {
  return addresses.map((address) => `Listening for syslog at ${syslogAddressText(address)}\n`).join('');
}
