import type { ArchiveProgress } from '../archive/archiver.ts';
import { wholeText } from '../report/number-text.ts';

/** Progress of work that goes day by day: `42 of 140 days  30 %  1,234,567 hits` */
export function dayProgressText({ done, days, rows }: ArchiveProgress): string {
  const percent = wholeText((100 * done) / Math.max(1, days));
  return `${wholeText(done)} of ${wholeText(days)} days  ${percent} %  ${wholeText(rows)} hits`;
}
