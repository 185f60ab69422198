import type { Logger } from 'pino';
import { archiveLocation } from '../archive/address.ts';
import { EnginePriority } from '../clickhouse/engine-priority.ts';
import type { SiteData } from '../deletion/site-deletions.ts';
import { messageOf } from '../errors.ts';
import type { DataFolder } from '../folder/folder.ts';
import type { TrustedProxies } from '../hit/address.ts';
import { Intake } from '../hit/intake.ts';
import { type IntakeSettings, settledOptions } from '../hit/intake-settings.ts';
import { MidnightVisits } from '../hit/midnight-visits.ts';
import { NewVisitors } from '../hit/new-visitors.ts';
import type { RateLimit } from '../hit/rate-limit.ts';
import type { Sites } from '../hit/site.ts';
import { messagesOf } from '../http/log.ts';
import { knownSites } from '../query/known-sites.ts';
import type { Sink } from '../spool/sink.ts';
import { Spool } from '../spool/spool.ts';
import type { Publisher } from '../stream/publisher.ts';
import { pause } from '../timing/pause.ts';
import { DBTracker } from '../trackers/db.ts';
import { restoreVisits } from '../trackers/restore-visits.ts';
import { openLive, type ServerLive } from './live.ts';
import type { ServeValues } from './options.ts';

/** Milliseconds between two attempts to read a store that did not answer at the start. */
const RETRY_EVERY = 2000;
/** Part of `--stop-timeout` for delivering hits: the rest is for requests in progress before, and connections after that. */
const DELIVERY_SHARE = 0.4;

/** The counting part of a server: the intake, and the state of its trackers. */
export interface Counting {
  readonly sites: Sites;
  readonly intake: Intake;
  /** Visits over midnight. */
  readonly midnight: MidnightVisits;
  /** Set with the simple or the rate tracker. */
  readonly live: ServerLive | undefined;
  /** Set with the db tracker. */
  readonly db: DBTracker | undefined;
  /** Set with the stream tracker. */
  readonly publisher: Publisher | undefined;
  /** Keeps hits durable until the store and the stream have them. Set with the db or the stream tracker. */
  readonly spool: Spool | undefined;
}

/**
 * Opens the trackers of a server; with a store, live counts are restored.
 *
 * @param resources close what was opened, also if opening fails
 * @throws HitError as `DBTracker.open` does
 */
export async function openCounting(
  folder: DataFolder,
  values: ServeValues,
  parts: {
    readonly settings: IntakeSettings;
    readonly proxies: TrustedProxies;
    readonly limit: RateLimit;
    readonly log: Logger;
    /** Whether a definition names a site. */
    readonly isClaimed: (site: string) => boolean;
    /** Rules of alerts, which a deletion of a site removes, too. */
    readonly rules: SiteData;
  },
  resources: AsyncDisposableStack,
): Promise<Counting> {
  const settled = await settledOptions(parts.settings, values['max-sites']!, parts.isClaimed);
  const { sites } = settled;
  const midnight = new MidnightVisits();
  const intake = new Intake({
    ...settled,
    midnight,
    proxies: parts.proxies,
    limit: parts.limit,
    newVisitors: new NewVisitors(values['max-new-visitors']!),
    salts: folder.secrets.salts,
    identity: values.identity!,
    now: Date.now,
  });
  const live = await openLive(folder, values, parts.log, resources);
  const publisher = values.stream && resources.use(await publisherTo(values.stream));
  if (!values.tracker!.includes('db')) {
    const spool = publisher && (await openSpool(folder, publisher, values, parts.log));
    if (spool) resources.defer(() => spool.close(values['stop-timeout']! * DELIVERY_SHARE));
    endDeliveries(publisher, values, resources);
    return { sites, intake, midnight, live, db: undefined, publisher, spool };
  }
  const siteData = [parts.rules, ...(live ? [live.removal] : [])];
  const db = resources.use(await openStore(folder, intake, publisher, siteData, values, parts.log));
  endDeliveries(publisher, values, resources);
  if (values.store === 'embedded') resources.use(new EnginePriority());
  await restore(
    db,
    async () => {
      const names = await knownSites(db.store);
      await live?.restore(db);
      sites.remember(names);
      await restoreVisits(midnight, db.store, Date.now()).catch((error) =>
        parts.log.warn(`visits that continue across midnight count again: ${messageOf(error)}`),
      );
    },
    parts.log,
  );
  return { sites, intake, midnight, live, db, publisher, spool: db.spool };
}

/**
 * Reads what live state needs from the store: now, or later if the store does not answer, or does not accept the hits of earlier
 * runs. A full disk or a broken batch must not keep a server from accepting hits that the last one would have accepted.
 */
async function restore(db: DBTracker, read: () => Promise<void>, log: Logger): Promise<void> {
  const delivered = db.spool.flush();
  const fault = db.store.opening.isOpen
    ? await db.spool.flush({ mayFail: true }).then(() => undefined, messageOf)
    : 'the store does not answer';
  if (fault === undefined) {
    await read();
    return;
  }
  log.error(
    `${fault}: hits are accepted and kept in the spool until the store takes them; queries lack them, or fail, and live counts begin now`,
  );
  db.firstDelivery.precede(async () => {
    await read();
    log.info('the store accepts hits again: live counts now include its earlier hits');
  });
  // The first hit of this process would do it, too, but there may be none.
  void delivered.then(() => prepare(db));
}

/** Prepares the first delivery, as soon as the store answers. */
async function prepare({ firstDelivery, store: { closing } }: DBTracker): Promise<void> {
  while (!closing.aborted) {
    try {
      await firstDelivery.prepare();
      return;
    } catch {
      await pause(RETRY_EVERY, closing, { ref: false });
    }
  }
}

/** When the server stops, deliveries to brokers that hang end after the time for them: the spool waits for them. */
function endDeliveries(
  publisher: Publisher | undefined,
  values: ServeValues,
  resources: AsyncDisposableStack,
): void {
  const timeout = values['stop-timeout']! * DELIVERY_SHARE;
  if (publisher) resources.defer(() => void setTimeout(() => publisher.close(), timeout).unref());
}

/** The Kafka client is only imported if it is used: that takes longer than the rest of the start. */
async function publisherTo(stream: NonNullable<ServeValues['stream']>): Promise<Publisher> {
  const { Publisher } = await import('../stream/publisher.ts');
  return new Publisher(stream);
}

function openSpool(folder: DataFolder, sink: Sink, values: ServeValues, log: Logger): Promise<Spool> {
  return Spool.open({
    folder: folder.spool,
    durability: values.durability!,
    maxBytes: values['spool-max']!,
    sinks: [sink],
    log: messagesOf(log),
  });
}

async function openStore(
  folder: DataFolder,
  intake: Intake,
  publisher: Sink | undefined,
  siteData: readonly SiteData[],
  values: ServeValues,
  log: Logger,
): Promise<DBTracker> {
  const db = await DBTracker.in(folder, intake, {
    store: values.store!,
    durability: values.durability!,
    spoolMax: values['spool-max']!,
    sinks: publisher ? [publisher] : [],
    siteData,
    mayWaitForStore: true,
    closeTimeout: values['stop-timeout']! * DELIVERY_SHARE,
    archive: values.archive === undefined ? undefined : archiveLocation(values.archive, '--archive', values),
    log: messagesOf(log),
  });
  if (db.archive?.isEmpty) log.warn(`the archive ${values.archive} is empty: check the location`);
  return db;
}
