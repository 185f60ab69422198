/** Hits through real Kafka brokers, while brokers, publishers and consumers are killed. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Producer, stringSerializers } from '@platformatic/kafka';
import { Store } from '../../src/store/store.ts';
import { BEARER, TOKEN } from '../fixtures/any-server.ts';
import { ClickHouseFront } from '../fixtures/clickhouse-front.ts';
import { Program } from '../fixtures/command-line.ts';
import { hasKafka, KAFKA_MISSING, KafkaCluster } from '../fixtures/kafka-cluster.ts';
import { RunningServer } from '../fixtures/running-server.ts';
import { scaledTimeout } from '../fixtures/scaled-timeout.ts';
import { temporaryFolder } from '../fixtures/temporary.ts';

const skip = hasKafka() ? false : KAFKA_MISSING;
const MILLION = 1_000_000;
const A_REQUEST = 10_000;
const SITE = 'stream.test';
const TIME = Date.UTC(2026, 9, 31, 23, 30);
const TIMEOUT_MS = scaledTimeout(12_000);

/** Hits from one number to another, over two months: each with its own path, many of one visitor. */
function hitsOf(from: number, to: number): string {
  const lines: string[] = [];
  for (let i = from; i < to; i++) {
    const time = new Date(TIME + i * 4).toISOString();
    lines.push(`{"site":"${SITE}","path":"/${i}","visitor":"v${i % 50_000}","time":"${time}"}`);
  }
  return lines.join('\n');
}

async function send(server: RunningServer, from: number, to: number): Promise<void> {
  const headers = { ...BEARER, 'content-type': 'application/x-ndjson' };
  for (let i = from; i < to; ) {
    const body = hitsOf(i, Math.min(to, i + A_REQUEST));
    const { status, text } = await server.send('/api/v1/hits', { method: 'POST', headers, body });
    assert.ok(status === 202 || status === 503, text);
    // A busy disk takes longer than a hit may wait: the sender sends the rest again.
    i += status === 202 ? A_REQUEST : ((JSON.parse(text) as { accepted?: number }).accepted ?? 0);
    if (status === 503) await sleep(500);
  }
}

async function until(holds: () => Promise<boolean> | boolean, what: string): Promise<void> {
  for (const end = Date.now() + TIMEOUT_MS; Date.now() < end; await sleep(100)) if (await holds()) return;
  throw new Error(`in vain: ${what}`);
}

interface Found {
  readonly hits: number;
  readonly paths: number;
  readonly visitors: number;
  readonly counted: number;
}

/** The content of a database, queried directly. */
async function found(front: ClickHouseFront): Promise<Found> {
  const [row] = await front.rows<Record<keyof Found, string>>(
    `SELECT count() AS hits, uniqExact(path) AS paths, uniqExact(visitor) AS visitors,
      (SELECT sum(b.hits) FROM batches AS b FINAL) AS counted FROM hits`,
  );
  const { hits, paths, visitors, counted } = row!;
  return { hits: Number(hits), paths: Number(paths), visitors: Number(visitors), counted: Number(counted) };
}

describe('Kafka with three brokers', { skip, timeout: scaledTimeout(400_000) }, () => {
  let kafka: KafkaCluster;
  before(async () => {
    kafka = await KafkaCluster.start(3);
  });
  after(() => kafka[Symbol.asyncDispose]());

  const loaderArgs = (topic: string, store: string, folder: string, port = 0) => [
    ...['consume', '--stream', kafka.url(topic), '--store', store, '--data-dir', folder],
    ...['--port', String(port), '--admin-token', TOKEN],
  ];

  it('loads a million hits into the store, each once, whatever is killed', async (t) => {
    const folder = temporaryFolder(t);
    const front = await ClickHouseFront.start();
    const started: Program[] = [];
    const start = (args: string[]) => {
      const program = new Program(args);
      started.push(program);
      return program;
    };
    try {
      const store = await Store.open({ setting: front.url, folder: '' });
      await store.close();
      const [first, second] = ['one', 'two'].map((name) => loaderArgs('hits', front.url, join(folder, name)));
      const publish = ['--tracker', 'stream', '--stream', kafka.url('hits')];
      await using server = await RunningServer.start(join(folder, 'node'), ...publish);
      await send(server, 0, 200_000);

      let loader = start(first!);
      await until(async () => (await found(front)).hits > 0, 'hits come');
      await kafka.kill(1);
      const sending = send(server, 200_000, MILLION);
      for (let kills = 0; kills < 4; kills++) {
        const { hits } = await found(front);
        await until(async () => (await found(front)).hits > hits, `hits go on after ${kills} kills`);
        await loader.child.kill('SIGKILL');
        await loader.ended;
        loader = start(first!);
        // Another consumer joins, and takes over partitions.
        if (kills === 1) start(second!);
      }
      await kafka.restart(1);
      await sending;
      loader.child.kill('SIGKILL');
      await loader.ended;
      start(first!);
      await until(async () => (await found(front)).hits >= MILLION, 'all hits are there');
      // The ledger has a batch some time after its hits.
      await until(async () => (await found(front)).counted >= MILLION, 'all hits are in the ledger');
      await sleep(1500);
      const all = { hits: MILLION, paths: MILLION, visitors: 50_000, counted: MILLION };
      assert.deepEqual(await found(front), all);
    } finally {
      for (const program of started) await program[Symbol.asyncDispose]();
      await front.close();
    }
  });

  it('loses nothing while all brokers are down, or if the publishing node is killed', async (t) => {
    const folder = temporaryFolder(t);
    const args = ['--tracker', 'stream', '--stream', kafka.url('outage')];
    const node = join(folder, 'node');
    let server = await RunningServer.start(node, ...args);
    await send(server, 0, 20_000);
    await Promise.all([0, 1, 2].map((i) => kafka.kill(i)));
    await send(server, 20_000, 50_000);
    server.child.kill('SIGKILL');
    await server.ended;
    server = await RunningServer.start(node, ...args);
    await send(server, 50_000, 60_000);
    await Promise.all([0, 1, 2].map((i) => kafka.restart(i)));
    const loader = new Program(loaderArgs('outage', 'embedded', join(folder, 'loader')));
    try {
      const [, port] = await loader.said(/127\.0\.0\.1:(\d+)\/metrics/);
      const metric = async (name: string) => {
        const answer = await fetch(`http://127.0.0.1:${port}/metrics`, { headers: BEARER });
        const values = (await answer.text()).matchAll(new RegExp(`^${name}(?:\\{.*\\})? (\\d+)$`, 'gm'));
        return [...values].reduce((sum, [, value]) => sum + Number(value), 0);
      };
      await until(
        async () => (await metric('hit_tracker_stream_hits_loaded_total')) >= 60_000,
        'all hits are there',
      );
      await until(async () => (await metric('hit_tracker_stream_lag_records')) === 0, 'nothing waits');
      assert.equal(await metric('hit_tracker_stream_missing_hits_total'), 0);
      assert.equal((await loader.stop()).code, 0);
    } finally {
      await loader[Symbol.asyncDispose]();
      await server.stop();
    }
    await using store = await Store.open({ setting: 'embedded', folder: join(folder, 'loader', 'store') });
    const [site] = await store.rows<{ hits: number; visitors: number }>('sites', {});
    assert.deepEqual([site!.hits, site!.visitors], [60_000, 50_000]);
  });

  it('dead-letters a record that is not a hit, and continues', async (t) => {
    const folder = temporaryFolder(t);
    const topic = 'poison';
    const admin = kafka.admin();
    await admin.createTopics({ topics: [topic], partitions: 1, replicas: -1 });
    await admin.close();
    await using server = await RunningServer.start(
      join(folder, 'node'),
      ...['--tracker', 'stream', '--stream', kafka.url(topic)],
    );
    await send(server, 0, 100);
    const producer = new Producer({
      ...{
        clientId: 'stranger',
        bootstrapBrokers: kafka.bootstrap.split(','),
        serializers: stringSerializers,
      },
    });
    const values = ['no JSON', '{"v":2}', '{"v":1,"batch":"1","at":0,"of":1,"visitor":"x"}', '\u0000'];
    await producer.send({ messages: values.map((value) => ({ topic, value })), acks: -1 });
    await producer.close();
    await send(server, 100, 200);
    const loader = new Program(loaderArgs(topic, 'embedded', join(folder, 'loader')));
    await loader.said(/4 dead letters are in/);
    await sleep(3000);
    await loader.stop();
    await using store = await Store.open({ setting: 'embedded', folder: join(folder, 'loader', 'store') });
    const [site] = await store.rows<{ hits: number }>('sites', {});
    assert.equal(site!.hits, 200);
    const file = join(folder, 'loader', 'stream', 'set-aside', `${topic}-0.ndjson`);
    const lines = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      lines.map(({ value }) => value),
      values,
    );
    assert.match(lines[0].reason, /it is not JSON/);
  });
});
