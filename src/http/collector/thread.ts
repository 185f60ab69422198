/** A collector thread: handles HTTP and the intake; the main thread makes its hits durable and counts them. */

import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../../errors.ts';
import { TrustedProxies } from '../../hit/address.ts';
import { Intake } from '../../hit/intake.ts';
import { settledOptions } from '../../hit/intake-settings.ts';
import { MidnightVisits } from '../../hit/midnight-visits.ts';
import { NewVisitors } from '../../hit/new-visitors.ts';
import { DailySalts } from '../../hit/salts.ts';
import type { Sender } from '../../trackers/hit-batch.ts';
import { HitPipeline } from '../../trackers/hit-pipeline.ts';
import { RemoteRecorder } from '../../trackers/remote-recorder.ts';
import { ClientAddresses } from '../client-address.ts';
import { ConsoleLines } from '../console-lines.ts';
import { openLog } from '../log.ts';
import { RequestDurations } from '../request-durations.ts';
import { closeServer, listen } from '../server.ts';
import { buildCollector } from './collector.ts';
import { DropReports } from './drop-reports.ts';
import { ForwardProxy } from './forward.ts';
import type { CollectorData, FromCollector, ToCollector } from './messages.ts';
import { SaltCell } from './salt-cell.ts';

const data = workerData as CollectorData;
const main = parentPort!;

function post(message: FromCollector, transfer: ArrayBuffer[] = []): void {
  main.postMessage(message, transfer);
}

/**
 * The hits of a client or a site may reach several threads, so the main thread limits them and admits sites: it is sent the sender
 * of each hit.
 */
const NO_SENDER: Sender = { client: '', isLimited: false };
let sender = NO_SENDER;
const limit = {
  tryConsume(client: string): number {
    sender = { client, isLimited: data.isLimited };
    return 0;
  },
};

const saltCell = new SaltCell(data.saltCell);
const settled = await settledOptions(data.intake);
const sites = {
  nameOf: (text: string) => settled.sites.nameOf(text),
  admit(_site: string, client: string): boolean {
    sender = { client, isLimited: sender.isLimited };
    return true;
  },
};
const bound = new NewVisitors(data.maxNewVisitors);
const newVisitors: Pick<NewVisitors, 'admit'> = {
  admit(network, visitor, now) {
    const wait = bound.admit(network, visitor, now);
    // The hit is dropped here: the next one has another sender.
    if (wait > 0) sender = NO_SENDER;
    return wait;
  },
};
const proxies = new TrustedProxies(data.trustProxy);
const intake = new Intake({
  ...settled,
  sites,
  proxies,
  limit,
  newVisitors,
  salts: new DailySalts({
    salts: data.salts,
    random: () => saltCell.await(() => post({ kind: 'salt' })),
    now: Date.now,
  }),
  identity: data.identity,
  midnight: new MidnightVisits(data.midnight),
  now: Date.now,
});

const log = openLog(data.logLevel);
const recorder = new RemoteRecorder(
  (id, batch) => post({ kind: 'hits', id, batch }, [batch.rows.buffer, batch.numbers.buffer]),
  () => {
    const sent = sender;
    sender = NO_SENDER;
    return sent;
  },
  (error) => log.error({ err: error }, `a hit's acknowledgement failed: ${messageOf(error)}`),
);
/** Limited to a readable rate: the main thread chooses among the lines of all threads. */
const lines = new ConsoleLines((line) => post({ kind: 'line', line }));
const drops = new DropReports((reason, hits) => post({ kind: 'dropped', reason, hits }));
const forward = new ForwardProxy(data.mainSocket);
const durations = new RequestDurations({ isShared: true });
const app = buildCollector(
  {
    durations,
    pipeline: new HitPipeline({ intake, recorder, drops }),
    drops,
    adminToken: data.adminToken,
    clients: new ClientAddresses(proxies, data.clientHeader, intake.networks),
    print: (line) => lines.print(line),
    now: Date.now,
  },
  forward,
  log,
  data.mostConnections,
);

main.on('message', (message: ToCollector) => {
  if (message.kind === 'outcome') recorder.complete(message.id, message.outcome);
  else void close();
});

async function close(): Promise<void> {
  await closeServer(app);
  lines.close();
  forward.close();
  post({ kind: 'closed' });
}

try {
  await listen(app, data.port, data.host, { reusePort: true });
  post({ kind: 'listening', durations: durations.shared });
} catch (error) {
  post({ kind: 'failed', message: messageOf(error) });
}
