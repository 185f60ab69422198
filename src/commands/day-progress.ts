import type { ArchiveProgress } from '../archive/archiver.ts';

/** Progress of work that goes day by day: `42 of 140 days  30 %  1,234,567 hits` */
export function dayProgressText({ done, days, rows }: ArchiveProgress): string {
  const number = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
  const percent = number.format((100 * done) / Math.max(1, days));
  return `${number.format(done)} of ${number.format(days)} days  ${percent} %  ${number.format(rows)} hits`;
}
