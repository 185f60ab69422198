/**
 * How many hits a second go through Kafka into the store?
 *
 * Three answers: what a node publishes, what a consumer loads from a full topic, and end to end when both run. Compared with
 * Kafka's own tools on the same broker, with similar values: what the broker handles if nobody parses the
 * values.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Store } from '../src/store/store.ts';
import { writeRecord } from '../src/stream/record.ts';
import { hitOf } from '../test/fixtures/hit.ts';
import { hasKafka, KAFKA_MISSING, KafkaCluster } from '../test/fixtures/kafka-cluster.ts';
import type { BatchResult } from './batch-load.ts';
import { type Bench, check } from './bench.ts';
import { TOKEN } from './contender.ts';
import { CLI, run } from './program.ts';
import { ratio, table, whole } from './results.ts';
import { Scratch } from './scratch.ts';
import { ServerProcess, startHitTracker } from './server-process.ts';

const LOAD = join(import.meta.dirname, 'batch-load.ts');
const CONNECTIONS = 4;
const TIMEOUT_SECONDS = 300;
const LOOK_MS = 50;
const VERSION = '4.1.1';

/** Hits and their time. */
interface Stretch {
  readonly hits: number;
  readonly seconds: number;
}

export const stream: Bench = async ({ quick, log }) => {
  if (!hasKafka()) {
    log(KAFKA_MISSING);
    return undefined;
  }
  using scratch = new Scratch();
  await using kafka = await KafkaCluster.start(1);
  const seconds = quick ? 2 : 15;
  const logged = (what: string, { hits, seconds }: Stretch) => {
    log(`${what}: ${whole(hits / seconds)} hits/s`);
    return { hits, seconds };
  };

  const filled = await startNode(scratch, kafka, 'filled');
  const published = logged('published', await publish(filled, seconds));
  await filled[Symbol.asyncDispose]();
  const loader = await startLoader(scratch, kafka, 'filled');
  const loaded = logged('loaded', await loading(loader, published.hits));
  await endLoader(loader, scratch, 'filled', published.hits);

  const node = await startNode(scratch, kafka, 'through');
  const reader = await startLoader(scratch, kafka, 'through');
  const began = performance.now();
  const sent = await load(node, seconds);
  await loading(reader, sent.accepted);
  const through = logged('end to end', {
    hits: sent.accepted,
    seconds: (performance.now() - began) / 1000,
  });
  await node[Symbol.asyncDispose]();
  await endLoader(reader, scratch, 'through', sent.accepted);

  const records = published.hits;
  const produced = logged('produced, by the broker alone', await produce(kafka, scratch, records));
  const consumed = logged('consumed, by the broker alone', await consume(kafka, records));
  const row = (what: string, of: Stretch, limit: Stretch) => [
    what,
    whole(of.hits),
    whole(of.hits / of.seconds),
    ratio(of.hits / of.seconds / (limit.hits / limit.seconds)),
  ];
  return {
    question: 'how many hits a second go through Kafka into the store?',
    body: [
      `One broker, six partitions, \`acks=all\`, zstd; broker, node, consumer and load generator share the cores. The node publishes batches of hits received over HTTP with \`--durability disk\`; the consumer loads a full topic into an embedded store; end to end is from the first request to the last hit in the store. The store held each hit once.`,
      table(
        ['', 'hits', 'hits/s', "of Kafka's own tool"],
        [
          row('published', published, produced),
          row('loaded', loaded, consumed),
          row('end to end', through, produced),
          row("Kafka's ProducerPerformance", produced, produced),
          row("Kafka's ConsumerPerformance", consumed, consumed),
        ],
      ),
    ],
    goals: [],
    versions: [`Kafka ${VERSION}`],
  };
};

function startNode(scratch: Scratch, kafka: KafkaCluster, topic: string): Promise<ServerProcess> {
  const args = ['--tracker', 'stream', '--stream', kafka.url(topic)];
  return startHitTracker(scratch.path(`${topic}-node`), 'disk', TOKEN, 1, args);
}

function startLoader(scratch: Scratch, kafka: KafkaCluster, topic: string): Promise<ServerProcess> {
  const settings = {
    '--stream': kafka.url(topic),
    '--data-dir': scratch.path(`${topic}-store`),
    '--admin-token': TOKEN,
    '--port': '0',
    '--log-level': 'warn',
  };
  const args = [CLI, 'consume', ...Object.entries(settings).flat()];
  return ServerProcess.start(process.execPath, args, /metrics: http:\/\/127\.0\.0\.1:(\d+)/);
}

/** Sends batches to a node, and waits until Kafka has them. */
async function publish(node: ServerProcess, seconds: number): Promise<Stretch> {
  const began = performance.now();
  const { accepted } = await load(node, seconds);
  await until(async () => (await metric(node, 'hit_tracker_stream_records_published_total')) >= accepted);
  return { hits: accepted, seconds: (performance.now() - began) / 1000 };
}

async function load({ port }: ServerProcess, seconds: number): Promise<BatchResult> {
  const settings = { port, token: TOKEN, seconds, connections: CONNECTIONS };
  const flags = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const result: BatchResult = JSON.parse((await run(process.execPath, [LOAD, ...flags])).stdout);
  check(result.missing === 0, `${result.missing} hits were not accepted`);
  return result;
}

/** Waits until a consumer has this many hits: from its first hit, so that joining the group is not counted. */
async function loading(loader: ServerProcess, hits: number): Promise<Stretch> {
  const loaded = () => metric(loader, 'hit_tracker_stream_hits_loaded_total');
  let before = 0;
  await until(async () => {
    before = await loaded();
    return before > 0;
  });
  const began = performance.now();
  await until(async () => (await loaded()) >= hits);
  return { hits: hits - before, seconds: (performance.now() - began) / 1000 };
}

/** Stops a consumer, and checks that its store has each hit once. */
async function endLoader(
  loader: ServerProcess,
  scratch: Scratch,
  topic: string,
  hits: number,
): Promise<void> {
  await loader[Symbol.asyncDispose]();
  const folder = join(scratch.path(`${topic}-store`), 'store');
  await using store = await Store.open({ setting: 'embedded', folder });
  const sites = await store.rows<{ hits: number }>('sites', {});
  const stored = sites.reduce((sum, site) => sum + Number(site.hits), 0);
  check(stored === hits, `${stored} hits are stored of ${hits} that were published`);
}

/** Kafka's own producer, with values like ours. */
async function produce(kafka: KafkaCluster, scratch: Scratch, records: number): Promise<Stretch> {
  const file = scratch.path('values.txt');
  const hits = Array.from({ length: 1000 }, (_, i) =>
    hitOf({ path: `/page-${i % 97}`, referrer: `https://r${i % 13}.example/`, visitorLow: i * 7919 }),
  );
  writeFileSync(
    file,
    hits.map((hit, at) => writeRecord(hit, { batch: '7530987612345678901', at, of: hits.length })).join('\n'),
  );
  const admin = kafka.admin();
  await admin.createTopics({ topics: ['limit'], partitions: 6, replicas: -1 });
  await admin.close();
  const settings = {
    ...{ '--topic': 'limit', '--num-records': records, '--throughput': -1, '--payload-file': file },
    '--producer-props': `bootstrap.servers=${kafka.bootstrap}`,
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => [name, String(value)]);
  const more = ['acks=all', 'compression.type=zstd', 'batch.size=262144', 'linger.ms=5'];
  const said = await kafka.tool('org.apache.kafka.tools.ProducerPerformance', [...flags, ...more]);
  const [, perSecond] = /, ([\d.]+) records\/sec.*\n?$/.exec(said.trim()) ?? [];
  check(perSecond !== undefined, `the producer says no speed: ${said}`);
  return { hits: records, seconds: records / Number(perSecond) };
}

/** Kafka's own consumer. */
async function consume(kafka: KafkaCluster, records: number): Promise<Stretch> {
  const flags = ['--topic', 'limit', '--bootstrap-server', kafka.bootstrap, '--messages', String(records)];
  const said = await kafka.tool('org.apache.kafka.tools.ConsumerPerformance', flags);
  const [head, values] = said
    .trim()
    .split('\n')
    .slice(-2)
    .map((line) => line.split(',').map((cell) => cell.trim()));
  const column = head?.indexOf('fetch.nMsg.sec') ?? -1;
  const perSecond = Number(values?.[column]);
  check(perSecond > 0, `the consumer says no speed: ${said}`);
  return { hits: records, seconds: records / perSecond };
}

async function metric(server: ServerProcess, name: string): Promise<number> {
  const headers = { authorization: `Bearer ${TOKEN}` };
  const text = await (await fetch(`${server.url}/metrics`, { headers })).text();
  const value = new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1];
  check(value !== undefined, `there is no metric ${name}`);
  return Number(value);
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (
    const end = performance.now() + TIMEOUT_SECONDS * 1000;
    performance.now() < end;
    await sleep(LOOK_MS)
  ) {
    if (await holds()) return;
  }
  throw new Error(`timed out after ${TIMEOUT_SECONDS} s`);
}
