import type { Archives } from '../archive/archives.ts';
import type { ArchiveAddress } from '../archive/storage.ts';
import { missingHits } from '../clickhouse/parts/missing.ts';
import { queryText } from '../clickhouse/sql.ts';
import { coveredBy } from '../clickhouse/watermarks.ts';
import { messageOf } from '../errors.ts';
import { readCutoffs, recordCutoffs } from '../retention/cutoffs.ts';
import type { Rollups } from '../rollup/rollups.ts';
import type { Spool } from '../spool/spool.ts';
import type { Store } from '../store/store.ts';
import { waitUpTo } from '../timing/time-limit.ts';
import { DAY } from '../timing/units.ts';
import { unknownBatches } from './ledger.ts';
import { closePermissions } from './permissions.ts';
import { differentDays } from './rollups.ts';
import { wrongVisits } from './visits.ts';

/** Milliseconds that the spool may take to deliver its batches. */
const DELIVERY = 120_000;

/** What is repaired, and the tools for it. */
export interface Repairable {
  readonly store: Store;
  readonly spool: Pick<Spool, 'flush' | 'pauseDelivery' | 'backlog' | 'failing'>;
  readonly rollups: Pick<Rollups, 'rollUp' | 'rebuild' | 'watermarks' | 'visits'>;
  readonly archives: Archives;
  /** Archive that may have missing hits. */
  readonly archive: ArchiveAddress | undefined;
  readonly dataDir: string;
}

/** One repair, or the reason why it was not made. */
export interface Repair {
  readonly what: string;
  readonly done: boolean;
}

/**
 * Repairs what can be repaired without loss; steps run in the order of their dependencies. Each step can be
 * repeated, so an interrupted repair can be run again.
 */
export async function repair(thing: Repairable): Promise<Repair[]> {
  const repairs: Repair[] = [];
  for (const step of [secrets, parts, delivery, entries, restoration, cutoffs, pending, days, visits]) {
    try {
      repairs.push(...(await step(thing)));
    } catch (error) {
      repairs.push(notRepaired(`${step.name}: ${messageOf(error)}`));
    }
  }
  return repairs;
}

function done(what: string): Repair {
  return { what, done: true };
}

function notRepaired(what: string): Repair {
  return { what, done: false };
}

async function secrets({ dataDir }: Repairable): Promise<Repair[]> {
  return (await closePermissions(dataDir)).map(done);
}

/** Detaches unreadable parts. */
async function parts({ store }: Repairable): Promise<Repair[]> {
  if (store.isShared) return [];
  const broken = await store.guard.parts.inspectContent();
  return broken.map(({ table, name, missingRows, reason }) =>
    done(
      `part ${name} of ${table} was detached (${reason}); ${missingRows === 0 ? 'its rows are back' : `${missingRows} rows are missing`}`,
    ),
  );
}

/** Delivers what is still in the spool. */
async function delivery({ spool }: Repairable): Promise<Repair[]> {
  const waiting = spool.backlog;
  await waitUpTo(DELIVERY, spool.flush());
  if (spool.backlog > 0)
    return [notRepaired(`${spool.backlog} segments of the spool cannot be delivered: see the log`)];
  return waiting === 0 ? [] : [done(`${waiting} segments of the spool were delivered`)];
}

/** Records batches in the ledger that are in the store without an entry. */
async function entries({ store, spool }: Repairable): Promise<Repair[]> {
  // Only between two deliveries are all stored batches recorded.
  const [failing] = spool.failing;
  if (failing !== undefined) return [notRepaired(`batches cannot be delivered: ${failing}`)];
  return spool.pauseDelivery(async () => {
    await using connection = store.dedicatedConnection();
    const unknown = await unknownBatches(connection);
    for (const kind of ['live', 'import'] as const) {
      const ids = unknown.filter(({ isImport }) => isImport === (kind === 'import')).map(({ id }) => id);
      await store.ledger.record(kind, [...(await readBack(store, ids))]);
    }
    return unknown.length === 0 ? [] : [done(`${unknown.length} batches were entered into the ledger`)];
  });
}

async function readBack(store: Store, ids: readonly bigint[]) {
  return ids.length === 0 ? [] : (await store.ledger.readBack(ids)).values();
}

/** Restores days with missing hits. */
async function restoration({ store, archive, archives }: Repairable): Promise<Repair[]> {
  const missing = await missingIn(store);
  if (missing.length === 0) return [];
  const hits = missing.reduce((sum, batch) => sum + batch.hits - batch.there, 0);
  if (!archive) {
    return [
      notRepaired(
        `${hits} hits are missing and not in the spool: name an archive that may have them with --archive`,
      ),
    ];
  }
  const from = Math.floor(Math.min(...missing.map(({ first }) => first)) / DAY) * DAY;
  const to = (Math.floor(Math.max(...missing.map(({ last }) => last)) / DAY) + 1) * DAY;
  const watch = { onProgress: () => undefined, signal: AbortSignal.timeout(DAY) };
  const { rows } = await archives.restore(archive, { site: '', from, to, dryRun: false }, watch);
  const rest = (await missingIn(store)).reduce((sum, batch) => sum + batch.hits - batch.there, 0);
  return [
    ...(rows > 0 ? [done(`${rows} hits were restored from the archive`)] : []),
    ...(rest > 0 ? [notRepaired(`${rest} hits are missing, and the archive does not have them`)] : []),
  ];
}

/**
 * Rebuilds lost retention cutoffs of hits: from days whose rollups have more hits than the store. If rollups or visits are
 * lost, marks those of purged hits as unknown, since they cannot be computed again.
 */
async function cutoffs({ store, rollups }: Repairable): Promise<Repair[]> {
  const { parts } = store.guard;
  const repairs: Repair[] = [];
  await using connection = store.dedicatedConnection();
  if (parts.isIncomplete('horizons')) {
    const text = queryText('purge_derive_cutoffs', { covered: coveredBy(await rollups.watermarks()) });
    const found = await connection.rows<{ site: string; seconds: string | number }>(text);
    await recordCutoffs(
      connection,
      'hits',
      new Map(found.map((row) => [row.site, Number(row.seconds) * 1000])),
    );
    repairs.push(
      done(`the retention cutoff was recovered for ${found.length} sites`),
      notRepaired(
        'the list of sites exempt by import --keep is lost: exempt them again with import --keep before the next purge',
      ),
    );
  }
  if (parts.isIncomplete('rollups')) {
    const { hits } = await readCutoffs(store);
    await recordCutoffs(connection, 'rollups', hits);
    if (hits.size > 0)
      repairs.push(done(`counts of purged hits of ${hits.size} sites are marked as unknown`));
  }
  if (parts.isIncomplete('visits')) {
    const { hits } = await readCutoffs(store);
    await recordCutoffs(connection, 'visits', hits);
    if (hits.size > 0) repairs.push(done(`visits of purged hits of ${hits.size} sites are noted as unknown`));
  }
  return repairs;
}

async function missingIn(store: Store) {
  await using connection = store.dedicatedConnection();
  const missing = await missingHits(connection);
  await store.guard.countMissing();
  return missing;
}

async function pending({ store, rollups }: Repairable): Promise<Repair[]> {
  store.ledger.reset();
  const hits = await rollups.rollUp();
  return hits === 0 ? [] : [done(`${hits} hits were rolled up`)];
}

async function days({ store, rollups }: Repairable): Promise<Repair[]> {
  await using connection = store.dedicatedConnection();
  const { different } = await differentDays(connection);
  if (different.length === 0) return [];
  // Rollups that have more than the remaining hits are the better answer.
  const less = different.filter(({ stored, byDay }) => stored >= byDay);
  const kept = different.length - less.length;
  if (less.length > 0) await rollups.rebuild(less);
  return [
    ...(less.length > 0 ? [done(`the rollups of ${less.length} days were rebuilt`)] : []),
    ...(kept > 0
      ? [notRepaired(`the rollups of ${kept} days count more hits than the store has, and were kept`)]
      : []),
  ];
}

/** Last, when all hits that can come back are there, and in the ledger. */
async function visits({ store, rollups }: Repairable): Promise<Repair[]> {
  await using connection = store.dedicatedConnection();
  const { different, overlapping } = await wrongVisits(connection);
  // Visits that count more hits than are left are the better answer where hits are missing. The ledger does not tell of old
  // batches, but the rollups do.
  const isLacking = (await missingIn(store)).length > 0 || store.guard.parts.isIncomplete('hits');
  const { different: days } = await differentDays(connection);
  const short = new Set(days.filter(({ byDay, stored }) => byDay > stored).map(({ site }) => site));
  const better = different.filter(
    ({ site, counted, stored }) => counted > stored && (isLacking || short.has(site)),
  );
  const kept = new Set(better.map(({ site, day }) => `${day} ${site}`));
  const overlaps = overlapping.filter(({ isKnown }) => isKnown);
  const purged = overlapping.length - overlaps.length;
  const wrong = [...different, ...overlaps].filter(({ site, day }) => !kept.has(`${day} ${site}`));
  await rollups.visits.rebuild(wrong);
  const mended = new Set(wrong.map(({ site, day }) => `${day} ${site}`)).size;
  await rollups.visits.confirmRolledUp();
  return [
    ...(mended > 0 ? [done(`the visits of ${mended} days were computed again`)] : []),
    ...(kept.size > 0
      ? [notRepaired(`the visits of ${kept.size} days count more hits than are left, and stay`)]
      : []),
    ...(purged > 0
      ? [notRepaired(`visits overlap on ${purged} days whose hits are purged: they stay as they are`)]
      : []),
  ];
}
