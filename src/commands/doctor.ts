import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { archiveLocation } from '../archive/address.ts';
import { Archives } from '../archive/archives.ts';
import { Clients } from '../clickhouse/clients.ts';
import type { Examined, Finding } from '../doctor/check.ts';
import { type Diagnosis, examine } from '../doctor/doctor.ts';
import { requeue } from '../doctor/quarantine.ts';
import { type Repair, repair } from '../doctor/repair.ts';
import { copyOfStore } from '../doctor/store-copy.ts';
import { HitError } from '../errors.ts';
import { isLocked } from '../folder/lock.ts';
import { jsonText } from '../schema/hidden-characters.ts';
import { DOCTOR_SETTINGS } from '../settings/doctor.ts';
import type { Values } from '../settings/setting.ts';
import { DBTracker } from '../trackers/db.ts';
import type { Command } from './command.ts';
import { ControlClient } from './control-client.ts';
import { assertStore } from './existing-store.ts';
import { unexpected } from './usage.ts';

type DoctorValues = Values<typeof DOCTOR_SETTINGS>;

/** Findings, and the repairs made before. */
interface Report extends Diagnosis {
  readonly repairs: readonly Repair[];
}

export const doctor: Command<typeof DOCTOR_SETTINGS> = {
  usage: '[options]',
  settings: DOCTOR_SETTINGS,
  examples: [
    'hit-tracker doctor',
    'hit-tracker doctor --repair',
    'hit-tracker doctor --requeue',
    'hit-tracker doctor --repair --archive /var/archive/hits --json',
  ],
  async run(values, positionals, terminal) {
    if (positionals.length > 0) throw unexpected(positionals);
    const dataDir = resolve(values['data-dir']!);
    if (!existsSync(dataDir)) {
      throw new HitError('data_dir_unusable', `there is no data folder ${dataDir}: name it with --data-dir`);
    }
    const control = await ControlClient.connect(dataDir);
    if (!control) assertStore(dataDir, values.store);
    const report = control ? await examineRemotely(control, values) : await examineAndReport(dataDir, values);
    terminal.stdout.write(values.json ? `${jsonText(report)}\n` : reportText(report));
    if (report.healthy) return;
    const count = report.findings.filter(({ result }) => result === 'error').length;
    throw new HitError('unhealthy', `${count} checks failed`);
  },
};

async function examineAndReport(dataDir: string, values: DoctorValues): Promise<Report> {
  if (isLocked(dataDir)) {
    throw new HitError(
      'data_dir_locked',
      `another process uses ${dataDir}: run this again when it has finished`,
    );
  }
  const repairs = values.repair || values.requeue ? await repairLocally(dataDir, values) : [];
  return { ...(await examineLocally(dataDir, values)), repairs };
}

async function repairLocally(dataDir: string, values: DoctorValues): Promise<Repair[]> {
  await using db = await DBTracker.open({ dataDir, store: values.store! });
  const { store, spool, rollups } = db;
  const archives = new Archives({ store, spool, rollups, now: Date.now });
  const requeued = values.requeue ? await requeue(spool) : [];
  if (!values.repair) return requeued;
  const archive = archiveOf(values);
  return [...requeued, ...(await repair({ store, spool, rollups, archives, archive, dataDir }))];
}

function archiveOf(values: DoctorValues) {
  return values.archive === undefined ? undefined : archiveLocation(values.archive, '--archive', values);
}

async function examineLocally(dataDir: string, values: DoctorValues): Promise<Diagnosis> {
  const rest = { dataDir, spoolMax: values['spool-max']! };
  if (values.store !== 'embedded') {
    return examineWith(Clients.remote(values.store!), { ...rest, isEmbedded: false });
  }
  const folder = join(dataDir, 'store');
  await using copy = await copyOfStore(folder);
  return await examineWith(Clients.embedded(copy.folder), { ...rest, isEmbedded: true });
}

async function examineWith(clients: Clients, examined: Omit<Examined, 'engine'>): Promise<Diagnosis> {
  try {
    const engine = clients.inspector();
    try {
      if (examined.isEmbedded) await engine.command('SYSTEM STOP MERGES');
      return await examine({ ...examined, engine });
    } finally {
      await engine.close();
    }
  } finally {
    await clients.close();
  }
}

/** The server that runs on the data folder examines itself. */
async function examineRemotely(control: ControlClient, values: DoctorValues): Promise<Report> {
  let report: Report | undefined;
  const query = new URLSearchParams({
    repair: String(values.repair),
    requeue: String(values.requeue),
    spool_max: String(values['spool-max']),
  });
  const body = Readable.from([JSON.stringify({ archive: archiveOf(values) })], { objectMode: false });
  await control.post(`/control/doctor?${query}`, body, (line) => {
    report = line.report as Report;
  });
  if (report) return report;
  throw new HitError('store_unavailable', 'the server on this data folder stopped: run this again');
}

const SIGNS: Readonly<Record<Finding['result'], string>> = { ok: 'ok', warning: 'warning', error: 'ERROR' };

/** The findings as text. */
function reportText({ findings, repairs }: Report): string {
  const width = Math.max(...findings.map(({ check }) => check.length));
  const done = repairs.map(({ what, done }) => `${done ? 'repaired' : 'not repaired'}: ${what}\n`);
  const lines = findings.map(({ check, result, message, mend }) => {
    const line = `${SIGNS[result].padEnd(8)} ${check.padEnd(width)}  ${message}\n`;
    return mend === undefined ? line : `${line}${' '.repeat(9)} ${' '.repeat(width)} → ${mend}\n`;
  });
  return [...done, ...lines, `${summaryOf(findings)}.\n`].join('');
}

/** For example `1 error, 2 warnings`. */
function summaryOf(findings: readonly Finding[]): string {
  const counts = (['error', 'warning'] as const)
    .map((sign) => ({ sign, count: findings.filter(({ result }) => result === sign).length }))
    .filter(({ count }) => count > 0)
    .map(({ sign, count }) => `${count} ${sign}${count === 1 ? '' : 's'}`);
  return counts.length === 0 ? 'No problems found' : counts.join(', ');
}
