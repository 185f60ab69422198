import { join } from 'node:path';
import { writeAtomically } from '../files/atomic.ts';
import { makeFolder } from '../files/make-folder.ts';
import { LocalTime } from '../query/local-time.ts';
import type { ReportJob } from './job.ts';

const ENDINGS = { text: 'txt', json: 'json', csv: 'csv' } as const;

/**
 * The file name of a report: its job, its site and its local due date; for a job that may be due several times a day
 * also the time and its offset from UTC.
 *
 * @example
 * reportFileName(job, Date.UTC(2026, 10, 24, 6), 'Europe/Berlin'); // 'report-daily-a.com-2026-11-24.txt'
 */
export function reportFileName(
  { name, params, format, schedule }: Pick<ReportJob, 'name' | 'params' | 'format' | 'schedule'>,
  due: number,
  timezone: string,
): string {
  const wall = new LocalTime(timezone).wallTimeOf(due);
  const [date = '', time = ''] = new Date(wall).toISOString().split('T');
  const moment = schedule.isOften ? `${date}T${clockText(time)}${offsetText(wall - due)}` : date;
  // An IPv6 address can be a site, and not every system allows a colon in file names.
  const site = String(params.site ?? 'all-sites').replaceAll(/[^\w.-]/g, '_');
  return `${name}-${site}-${moment}.${ENDINGS[format]}`;
}

/** Writes a report into a folder, which is created if it is missing. The folder's permissions decide who may read it. */
export async function saveReport(folder: string, name: string, content: string): Promise<string> {
  makeFolder(folder);
  const path = join(folder, name);
  await writeAtomically(path, content, { mode: 0o666 });
  return path;
}

function clockText(time: string): string {
  return time.slice(0, 5).replace(':', '');
}

/** `+0530` */
function offsetText(offset: number): string {
  const minutes = Math.abs(Math.round(offset / 60_000));
  const hours = String(Math.floor(minutes / 60)).padStart(2, '0');
  return `${offset < 0 ? '-' : '+'}${hours}${String(minutes % 60).padStart(2, '0')}`;
}
