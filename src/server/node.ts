import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import type { Server } from 'node:http';
import type { Writable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { messageOf } from '../errors.ts';
import { controlSocket } from '../folder/control-socket.ts';
import type { DataFolder } from '../folder/folder.ts';
import { writeIdentity } from '../folder/identity-file.ts';
import { PublicSites } from '../folder/public-sites.ts';
import { Tokens } from '../folder/tokens.ts';
import { Drops } from '../hit/drops.ts';
import { intakeSettings } from '../hit/intake-settings.ts';
import { NO_IMPORT_SALT } from '../hit/visitors.ts';
import { ClientAddresses } from '../http/client-address.ts';
import type { CollectorHost } from '../http/collector/threads.ts';
import { Components } from '../http/components.ts';
import { ConsoleLines } from '../http/console-lines.ts';
import { messagesOf, openLog } from '../http/log.ts';
import { Peers } from '../http/peers/peers.ts';
import { QueryAdmission } from '../http/query-admission.ts';
import { RequestDurations } from '../http/request-durations.ts';
import { buildServer, closeServer, listen, listenForCommands } from '../http/server.ts';
import { Sessions } from '../http/session.ts';
import { TokenGuard } from '../http/token-guard.ts';
import { LogImporter } from '../logs/importer.ts';
import { Resources } from '../query/resources/resources.ts';
import { saveRetention } from '../retention/folder-retention.ts';
import { AlertRules } from '../schedule/alert-rules.ts';
import type { KafkaAddress } from '../settings/kafka-address.ts';
import type { ResultReader } from '../stream/result-reader.ts';
import { BatchRecorder } from '../trackers/batch-recorder.ts';
import { HitPipeline, Recorder } from '../trackers/hit-pipeline.ts';
import { type CollectorShare, startCollectors } from './collectors.ts';
import { openCounting } from './counting.ts';
import { siteDeletions } from './deletions.ts';
import type { ServeOptions } from './options.ts';
import { openSalts } from './salts.ts';
import { startSchedule } from './schedule.ts';
import { servedSettings } from './served-settings.ts';
import { maintenanceJobs, scheduledAges } from './upkeep.ts';

/** The output streams of a server. */
interface Output {
  readonly stdout: Writable;
  readonly stderr: Writable;
}

/** A server on a data folder. Disposing of it stops it; acknowledged hits are kept. */
export interface Node extends AsyncDisposable {
  readonly adminToken: string;
  readonly log: Logger;
  /**
   * Takes requests, also from commands on the same folder, and starts scheduled work. Called once.
   *
   * @returns the address for clients on this machine
   * @throws HitError `port_unavailable`; `bad_setting` if scheduled work needs a tracker that is missing
   */
  listen(): Promise<string>;
}

/**
 * Opens all that a server is made of, without listening yet.
 *
 * @param out the lines of the counter go to `stdout`, the log to `stderr`
 * @throws HitError as `openCounting` does; nothing stays open then
 */
export async function openNode(folder: DataFolder, options: ServeOptions, out: Output): Promise<Node> {
  const { values, proxies, limit, policy, schedule } = options;
  const log = openLog(values['log-level']!, out.stderr);
  const trackers = values.tracker!;
  const resultsTopic = values['stream-results'];
  await using resources = new AsyncDisposableStack();

  const { secrets } = folder;
  const settings = intakeSettings(values, secrets);
  // Called for hits, which come later.
  const isClaimed = (site: string) => publicSites.has(site) || definitions.has(site) || tokens.has(site);
  const rules = new AlertRules(folder.path, schedule.rules);
  const counting = await openCounting(
    folder,
    values,
    { settings, proxies, limit, log, isClaimed, rules },
    resources,
  );
  const { intake, sites, live, db, spool, publisher, midnight } = counting;
  // Not before: a deletion of a site that was interrupted is completed first, and changes their files.
  const tokens = new Tokens(folder.path, Date.now);
  const publicSites = new PublicSites(folder.path);
  const definitions = new Resources(folder.path);
  const scheduled = scheduledAges(schedule.jobs);
  if (db) {
    saveRetention(folder.path, { policy, scheduled });
    writeIdentity(folder.path, values.identity!);
  }
  if (db && !secrets.importSalt) log.warn(`logs and old hits are refused, since ${NO_IMPORT_SALT}`);
  const upkeep = db && maintenanceJobs(db, policy, scheduled, values);
  const adminToken = values['admin-token'] ?? secrets.adminToken;
  const peerToken = values['peer-token'] ?? secrets.peerToken;
  const name = randomUUID();
  const agreement = await openSalts(
    values,
    counting,
    { salts: secrets.salts, token: peerToken, node: name, log },
    resources,
  );
  const peers =
    live &&
    values.peers &&
    new Peers(
      values.peers,
      { token: peerToken, allowsPublic: values['allow-insecure-peers']! },
      {
        ...{ node: name, live: live.served, now: Date.now },
        keys: () => intake.keyFingerprints(),
      },
    );
  const reader = resultsTopic && resources.use(await readerOf(resultsTopic, name, log));
  const drops = new Drops(Date.now());
  const lines = new ConsoleLines((line) => out.stdout.write(`${line}\n`));
  resources.defer(() => lines.close());
  const ending = new AbortController();
  const sessions = new Sessions({
    folder: folder.path,
    adminToken,
    seconds: values['session-age']!,
    now: Date.now,
  });
  const clients = new ClientAddresses(proxies, values['client-header']!, intake.networks);
  const guard = new TokenGuard(clients, log, Date.now);
  const owned = { tokens, publicSites, resources: definitions };
  const durations = new RequestDurations();
  const app = buildServer(
    {
      pipeline: new HitPipeline({ intake, recorder: new Recorder({ spool, live: live?.counts }), drops }),
      intake,
      drops,
      ...{ live: live?.served, db, spool, publisher, node: name, peers },
      streamResults: reader?.results,
      importer:
        db &&
        new LogImporter({ db, live: live?.counts, intake: settings, onSite: (site) => sites.claim(site) }),
      retentionJob: upkeep?.retentionJob,
      archives: upkeep?.archives,
      retention: upkeep?.retention,
      deletions: db && upkeep && siteDeletions(db, counting, { ...owned, rules }, upkeep),
      ...owned,
      dataDir: folder.path,
      rate: trackers.includes('rate'),
      alerts: trackers.includes('rate') ? rules : undefined,
      hasWebhook: schedule.webhook !== undefined,
      ...{ adminToken, peerToken },
      clients,
      ...{ sessions, guard, durations },
      admission: new QueryAdmission({ adminToken, peerToken, tokens, sessions }, clients),
      public: values.public!,
      settings: servedSettings(values, policy),
      salts: secrets.salts,
      saltHealth: () => agreement.health,
      components: new Components({ live: live?.served, db, spool, publisher }, messagesOf(log)),
      ending: ending.signal,
      print: (line) => lines.print(line),
      now: Date.now,
    },
    log,
  );
  resources.defer(() => closeServer(app));
  resources.defer(() => ending.abort());
  const host = (): CollectorHost => ({
    recorder: new BatchRecorder({ spool, live: live?.counts, limit, sites, now: Date.now }),
    ...{ drops, salts: secrets.salts, midnight, durations, log },
    print: (line: string) => lines.print(line),
  });
  const scheduleParts = {
    dataDir: folder.path,
    rules,
    live: trackers.includes('rate') ? live?.counts : undefined,
    runs: upkeep?.runs,
    log: messagesOf(log),
  };
  const open = resources.move();
  return {
    adminToken,
    log,
    async listen() {
      const url = await listenFor(
        app,
        options,
        { intake: settings, adminToken, dataDir: folder.path },
        host,
        open,
      );
      const control = await openControl(app, controlSocket(folder.path), log);
      open.defer(() => {
        control?.close();
        control?.closeAllConnections();
      });
      open.use(await startSchedule(schedule, scheduleParts));
      // Readers of events are disconnected first: otherwise the close would wait for them.
      open.defer(() => ending.abort());
      return url;
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  };
}

/** Listens with this thread, or with the collector threads of `--threads`. */
async function listenFor(
  app: FastifyInstance,
  { values }: ServeOptions,
  shared: CollectorShare,
  host: () => CollectorHost,
  resources: AsyncDisposableStack,
): Promise<string> {
  if (values.threads === 1) return listen(app, values.port!, values.host!);
  const collectors = await startCollectors(app, values, shared, host());
  resources.defer(() => collectors.close());
  return collectors.url;
}

/** The Kafka client is only imported if it is used. */
async function readerOf(address: KafkaAddress, node: string, log: Logger): Promise<ResultReader> {
  const { ResultReader } = await import('../stream/result-reader.ts');
  return new ResultReader({ address, node, log: messagesOf(log) });
}

/** A path too long for a socket must not prevent counting. */
async function openControl(app: FastifyInstance, socket: string, log: Logger): Promise<Server | undefined> {
  rmSync(socket, { force: true });
  try {
    return await listenForCommands(app, socket);
  } catch (error) {
    log.warn(`import and report cannot reach this server while it runs: ${messageOf(error)}`);
    return undefined;
  }
}
