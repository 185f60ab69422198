import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import { messageOf } from '../errors.ts';
import { SaltAgreement } from '../folder/salt-agreement.ts';
import type { ClosableSaltSource } from '../hit/salt-source.ts';
import type { DailySalts } from '../hit/salts.ts';
import { messagesOf } from '../http/log.ts';
import { RemoteSalts } from '../http/peers/remote-salts.ts';
import { StoreSalts } from '../store/salts.ts';
import { DAY } from '../timing/units.ts';
import { restoreVisits } from '../trackers/restore-visits.ts';
import type { Counting } from './counting.ts';
import type { ServeValues } from './options.ts';

/** Milliseconds between two checks of the visits of nodes that share a store. */
const RESTORE_EVERY = 60_000;
/** Milliseconds around midnight with such checks. */
const RESTORE_WINDOW = { before: 5 * 60_000, after: 30 * 60_000 };

/** Inputs for agreeing on salts. */
export interface SaltParts {
  readonly salts: DailySalts;
  /** The token that nodes send each other. */
  readonly token: string;
  /** Identifies this node. */
  readonly node: string;
  readonly log: Logger;
}

/**
 * Ensures that there is a salt for today, shared between nodes: by the node of `--salts-from`, otherwise by Redis,
 * otherwise by a ClickHouse server; and that visits continue over midnight.
 *
 * @param resources close what was opened
 */
export async function openSalts(
  values: ServeValues,
  counting: Pick<Counting, 'db' | 'midnight'>,
  { salts, token, node, log }: SaltParts,
  resources: AsyncDisposableStack,
): Promise<SaltAgreement> {
  const source = await sourceOf(values, counting, token, node);
  const close = source?.[Symbol.asyncDispose]?.bind(source);
  if (close) resources.defer(close);
  const agreement = resources.use(
    new SaltAgreement({ salts, source, random: randomBytes, now: Date.now, log: messagesOf(log) }),
  );
  await agreement.start();
  syncMidnightVisits(counting, log, resources);
  return agreement;
}

async function sourceOf(
  values: ServeValues,
  { db }: Pick<Counting, 'db'>,
  token: string,
  node: string,
): Promise<ClosableSaltSource | undefined> {
  const { 'salts-from': url, live } = values;
  if (url !== undefined) return new RemoteSalts(url, token, node);
  if (live) {
    // The client is only imported if it is used.
    const { RedisSalts } = await import('../live/redis/salts.ts');
    return new RedisSalts(live, Date.now);
  }
  return db?.store.isShared ? new StoreSalts(db.store) : undefined;
}

function syncMidnightVisits(
  { db, midnight }: Pick<Counting, 'db' | 'midnight'>,
  log: Logger,
  resources: AsyncDisposableStack,
) {
  const timer = setInterval(() => {
    const now = Date.now();
    midnight.release(now);
    if (!db?.store.isShared || !isNearMidnight(now)) return;
    restoreVisits(midnight, db.store, now)
      // Retried in a minute.
      .catch((error) => log.debug(`visits of other nodes: ${messageOf(error)}`));
  }, RESTORE_EVERY).unref();
  resources.defer(() => clearInterval(timer));
}

function isNearMidnight(now: number): boolean {
  const sinceMidnight = now % DAY;
  return sinceMidnight < RESTORE_WINDOW.after || sinceMidnight >= DAY - RESTORE_WINDOW.before;
}
