import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import type { Server } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { HitError, messageOf } from '../errors.ts';
import { DataFolder } from '../folder/folder.ts';
import { PublicSites } from '../folder/public-sites.ts';
import { Tokens } from '../folder/tokens.ts';
import { TrustedProxies } from '../hit/address.ts';
import { Drops } from '../hit/drops.ts';
import { RateLimit } from '../hit/rate-limit.ts';
import { siteName } from '../hit/site.ts';
import { ConsoleLines } from '../http/console-lines.ts';
import { openLog } from '../http/log.ts';
import { type OwnNode, Peers } from '../http/peers/peers.ts';
import { RemoteNode } from '../http/peers/remote-node.ts';
import { saltsUrl } from '../http/peers/remote-salts.ts';
import { buildServer, closeServer, listen, listenForCommands } from '../http/server.ts';
import { Sessions } from '../http/session.ts';
import { LogImporter } from '../logs/importer.ts';
import { type RetentionPolicy, retentionPolicy } from '../retention/policy.ts';
import type { KafkaAddress } from '../settings/kafka-address.ts';
import { SERVE_SETTINGS } from '../settings/serve.ts';
import type { ResultReader } from '../stream/result-reader.ts';
import { BatchRecorder } from '../trackers/batch-recorder.ts';
import { Recorder } from '../trackers/recorder.ts';
import { startCollectors } from './collectors.ts';
import type { Command, Terminal } from './command.ts';
import { controlSocket } from './control.ts';
import { messagesOf, openCounting, type ServeValues } from './counting.ts';
import { leaveRetention } from './retention-here.ts';
import { openSalts } from './salts.ts';
import { readSchedule, type Schedule, startSchedule } from './schedule.ts';
import { servedSettings } from './served-settings.ts';
import { jobsWithPurge, scheduledAges, upkeepOf } from './upkeep.ts';
import { unexpected } from './usage.ts';

export const serve: Command<typeof SERVE_SETTINGS> = {
  summary: 'run the server: collect hits and answer queries over HTTP',
  usage: '[options]',
  settings: SERVE_SETTINGS,
  examples: [
    'hit-tracker serve --port 8080 --data-dir /var/lib/hit-tracker',
    'hit-tracker serve --sites example.com --trust-proxy private',
    'HIT_PORT=8080 hit-tracker serve',
  ],
  async run(values, positionals, terminal) {
    if (positionals.length > 0) throw unexpected(positionals);
    // Settings with a syntax of their own are parsed before anything starts.
    const proxies = new TrustedProxies(values['trust-proxy']!);
    const limit = RateLimit.parse(values['rate-limit']!);
    check(values);
    const policy = retentionPolicy(values['keep-hits']!, values['keep-rollups']!);
    const jobs = jobsWithPurge(values.schedule ?? [], policy, values.tracker!.includes('db'));
    const schedule = readSchedule({ ...values, schedule: jobs });
    const folder = DataFolder.open(values['data-dir']!, values.secrets);
    try {
      await serveFrom(folder, values, { proxies, limit, policy, schedule }, terminal);
    } finally {
      folder.close();
    }
  },
};

function check({
  sites = [],
  tracker,
  stream,
  peers = [],
  live,
  'salts-from': saltsFrom,
}: ServeValues): void {
  if (saltsFrom !== undefined) saltsUrl(saltsFrom);
  if (tracker!.includes('stream') !== (stream !== undefined)) {
    throw stream
      ? new HitError('bad_setting', '--stream: it is for the stream tracker, which --tracker does not name')
      : new HitError('bad_setting', '--tracker: stream needs --stream kafka://host:9092/topic');
  }
  for (const url of peers) checkPeer(url);
  if (peers.length > 0 && live) {
    throw new HitError(
      'bad_setting',
      '--peers: with --live redis://… all nodes have the same counts already',
    );
  }
  if (peers.length > 0 && !tracker!.some((name) => name === 'simple' || name === 'rate')) {
    throw new HitError('bad_setting', '--peers: there are no live counts without --tracker simple,rate');
  }
  const odd = sites.find((site) => siteName(site) === '');
  if (odd !== undefined) throw new HitError('bad_setting', `--sites: "${odd}" is not a host name`);
}

function checkPeer(url: string): void {
  try {
    new RemoteNode(url, undefined, 'all nodes have the same');
  } catch (error) {
    throw new HitError('bad_setting', `--peers: ${messageOf(error)}`, { cause: error });
  }
}

function peersOf({ peers }: ServeValues, token: string, own: OwnNode): Peers | undefined {
  return peers && new Peers(peers, token, own);
}

/** The Kafka client is only imported if it is used. */
async function readerOf(address: KafkaAddress, node: string, log: Logger): Promise<ResultReader> {
  const { ResultReader } = await import('../stream/result-reader.ts');
  return new ResultReader({ address, node, log: messagesOf(log) });
}

/** Parsed settings that have a syntax of their own. */
interface Read {
  readonly proxies: TrustedProxies;
  readonly limit: RateLimit;
  readonly policy: RetentionPolicy;
  readonly schedule: Schedule;
}

async function serveFrom(
  folder: DataFolder,
  values: ServeValues,
  { proxies, limit, policy, schedule }: Read,
  terminal: Terminal,
): Promise<void> {
  const log = openLog(values['log-level']!);
  const trackers = values.tracker!;
  const resultsTopic = values['stream-results'];
  await using resources = new AsyncDisposableStack();

  const { secrets } = folder;
  const counting = await openCounting(folder, values, { proxies, limit, log }, resources);
  const { intake, sites, live, db, spool, publisher, midnight } = counting;
  const scheduled = scheduledAges(schedule.jobs);
  if (db) leaveRetention(folder.path, { policy, scheduled });
  const upkeep = db && upkeepOf(db, policy, scheduled, values);
  const adminToken = values['admin-token'] ?? secrets.adminToken;
  const node = randomUUID();
  const agreement = await openSalts(
    values,
    counting,
    { salts: secrets.salts, token: adminToken, node, log },
    resources,
  );
  const peers =
    live && peersOf(values, adminToken, { node, live, naming: () => intake.naming(), now: Date.now });
  const reader = resultsTopic && resources.use(await readerOf(resultsTopic, node, log));
  const drops = new Drops(Date.now());
  const lines = new ConsoleLines((line) => terminal.stdout.write(`${line}\n`));
  resources.defer(() => lines.close());
  const ending = new AbortController();
  const app = buildServer(
    {
      intake,
      recorder: new Recorder({ spool, live }),
      drops,
      ...{ live, db, spool, publisher, node, peers },
      streamResults: reader?.results,
      importer:
        db &&
        new LogImporter({
          db,
          live,
          key: secrets.key,
          importSalt: secrets.importSalt,
          allowedSites: values.sites,
        }),
      purger: upkeep?.purger,
      archives: upkeep?.archives,
      retention: upkeep?.retention,
      dataDir: folder.path,
      rate: trackers.includes('rate'),
      adminToken,
      tokens: new Tokens(folder.path, Date.now),
      sessions: new Sessions(adminToken, Date.now),
      publicSites: new PublicSites(folder.path),
      public: values.public!,
      settings: servedSettings(values, policy),
      salts: secrets.salts,
      saltHealth: () => agreement.health,
      ending: ending.signal,
      print: (line) => lines.print(line),
      now: Date.now,
    },
    log,
  );
  resources.defer(() => closeServer(app));
  resources.defer(() => ending.abort());
  const interrupted = terminal.interruption();
  let address: string;
  if (values.threads === 1) {
    address = await listen(app, values.port!, values.host!);
  } else {
    const recorder = new BatchRecorder({ spool, live, limit, sites, now: Date.now });
    const print = (line: string) => lines.print(line);
    const host = { recorder, drops, salts: secrets.salts, midnight, print, log };
    const collectors = await startCollectors(app, values, { ...secrets, adminToken }, host);
    resources.defer(() => collectors.close());
    address = collectors.url;
  }
  const control = await openControl(app, controlSocket(folder.path), log);
  resources.defer(() => {
    control?.close();
    control?.closeAllConnections();
  });
  const watched = trackers.includes('rate') ? live : undefined;
  resources.use(
    await startSchedule(schedule, {
      ...{ dataDir: folder.path, live: watched, runs: upkeep?.runs, log: messagesOf(log) },
    }),
  );
  greet(terminal, address, folder.path, adminToken, values);
  await aborted(interrupted);
  // Readers of events are disconnected first: otherwise the close would wait for them.
  ending.abort();
  log.info('shutting down: storing acknowledged hits');
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

/** On stderr, so that stdout only has the counter's lines. */
function greet(terminal: Terminal, url: string, folder: string, token: string, values: ServeValues): void {
  const isLive = values.tracker!.some((name) => name === 'simple' || name === 'rate');
  const path = isLive ? '/api/v1/live' : '/api/v1/stats';
  const read = values.public ? '' : ` -H "Authorization: Bearer ${token}"`;
  terminal.stderr.write(
    `Listening on ${url} (trackers: ${values.tracker!.join(', ')}; data: ${folder})\n` +
      `  Dashboard:  ${url}/dashboard?token=${encodeURIComponent(token)}\n` +
      `  Test hit:   curl ${url}/\n` +
      `  API:        curl${read} "${url}${path}"\n`,
  );
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
