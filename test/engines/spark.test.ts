/** Windows and rates from a real Spark, of hits through a real Kafka, compared with those of the store. */
import assert from 'node:assert/strict';
import { globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Consumer, Producer } from '@platformatic/kafka';
import { Session } from 'chdb';
import { writeAccessLog } from '../../bench/access-log.ts';
import type { StreamAnswer } from '../../src/http/api/stream-live.ts';
import type { Stats } from '../../src/index.ts';
import type { WindowResult } from '../../src/stream/window-results.ts';
import { assertProblem, BEARER } from '../fixtures/any-server.ts';
import { run } from '../fixtures/command-line.ts';
import { FileReader } from '../fixtures/file-reader.ts';
import { KafkaCluster } from '../fixtures/kafka-cluster.ts';
import { RunningServer } from '../fixtures/running-server.ts';
import { scaledTimeout } from '../fixtures/scaled-timeout.ts';
import { hasSpark, SPARK_MISSING, Spark, type SparkJob } from '../fixtures/spark.ts';
import { temporaryFolder } from '../fixtures/temporary.ts';

const skip = hasSpark() ? false : SPARK_MISSING;
const MINUTE = 60_000;
const TIMEOUT_MS = scaledTimeout(30_000);
const SITES = ['a.example', 'b.example'];
const WINDOWS = [
  { name: '1m/30s', seconds: 60, slide: 30 },
  { name: '5m/1m', seconds: 300, slide: 60 },
];
/** Relative error of visitors; and the tolerance for a few of them. */
const ERROR = 0.01;

async function until(holds: () => Promise<boolean> | boolean, what: () => string): Promise<void> {
  for (const end = Date.now() + TIMEOUT_MS; Date.now() < end; await sleep(500)) if (await holds()) return;
  throw new Error(`in vain: ${what()}`);
}

/** The number of the last batch in a folder of a checkpoint; -1 if there is none. */
function lastBatch(folder: string): number {
  return Math.max(-1, ...globSync('*', { cwd: folder }).map(Number));
}

/** Records of a topic so far. */
async function recordsOf(kafka: KafkaCluster, topic: string) {
  const consumer = new Consumer<Buffer, Buffer, Buffer, Buffer>({
    ...{ clientId: 'test', groupId: `test-${Math.random()}`, bootstrapBrokers: kafka.bootstrap.split(',') },
    autocommit: false,
  });
  const records: { partition: number; key: Buffer; value: Buffer }[] = [];
  try {
    const ends = (await consumer.listOffsets({ topics: [topic], timestamp: -1n })).get(topic)!;
    let left = ends.reduce((sum, end) => sum + Number(end), 0);
    if (left === 0) return records;
    const stream = await consumer.consume({ topics: [topic], mode: 'earliest', autocommit: false });
    for await (const { partition, key, value } of stream) {
      records.push({ partition, key, value });
      if (--left === 0) break;
    }
  } finally {
    await consumer.close(true);
  }
  return records;
}

describe('Spark', { skip, timeout: scaledTimeout(420_000) }, () => {
  let kafka: KafkaCluster;
  let spark: Spark;
  before(async () => {
    spark = Spark.install();
    kafka = await KafkaCluster.start(1);
  });
  after(() => kafka?.[Symbol.asyncDispose]());

  it('passes the jobs’ own tests', () => spark.unitTests());

  it('counts windows as the store does, whatever is killed, repeated, or late', async (t) => {
    const folder = temporaryFolder(t);
    const admin = kafka.admin();
    await admin.createTopics({ topics: ['windows'], partitions: 1, replicas: -1 });
    await admin.close();
    await using server = await RunningServer.start(
      join(folder, 'node'),
      ...['--tracker', 'simple,rate,db,stream', '--stream', kafka.url('hits')],
      ...['--stream-results', kafka.url('windows')],
    );
    const early = await server.send('/api/v1/live?source=stream', { headers: BEARER });
    assertProblem(early, 503, 'not_ready');

    // Whole minutes, two hours ago: no window ends by accident.
    const start = Math.floor(Date.now() / MINUTE - 120) * MINUTE;
    let sent = 0;
    const send = async (count: number, timeOf: (i: number) => number) => {
      const hits = Array.from({ length: count }, (_, i) => {
        const number = sent + i;
        const time = new Date(timeOf(i)).toISOString();
        return {
          site: SITES[number % 3 === 0 ? 1 : 0],
          path: `/${number % 50}`,
          visitor: `v${(number * 7) % 3001}`,
          time,
        };
      });
      const signals = hits
        .filter((_, i) => i % 20 === 0)
        .map((hit) => ({ ...hit, name: 'engagement', engaged: 1000 }));
      const all = [...hits, ...signals];
      const answer = await server.post('/api/v1/hits', all, BEARER);
      assert.deepEqual([answer.status, JSON.parse(answer.text).accepted], [202, all.length]);
      sent += all.length;
    };
    const args = [
      ...['--brokers', kafka.bootstrap, '--topic', 'hits', '--results', 'windows'],
      ...['--checkpoint', join(folder, 'checkpoint'), '--parquet', join(folder, 'final')],
      ...['--windows', WINDOWS.map(({ name }) => name).join(), '--watermark', '10m', '--trigger', '2'],
    ];
    const results = new Map<string, WindowResult>();
    const readResults = async () => {
      for (const { key, value } of await recordsOf(kafka, 'windows')) {
        results.set(key.toString(), JSON.parse(value.toString()) as WindowResult);
      }
    };
    const allPublished = () =>
      until(
        async () => (await recordsOf(kafka, 'hits')).length >= sent,
        () => 'all hits are published',
      );
    const commits = join(folder, 'checkpoint/60s-30s-parquet/commits');
    using engine = new FileReader();
    const finalWindows = (batch: number | '*') =>
      engine.rows(
        `SELECT site, toUnixTimestamp64Milli(end) AS end, hits
         FROM file('${folder}/final/60s-30s/batch=${batch}/*.parquet', Parquet, 'site String, end DateTime64(6), hits UInt64')
         ORDER BY end, site`,
      );
    const started: SparkJob[] = [];
    const startJob = () => {
      const job = spark.start('windows.py', args);
      started.push(job);
      return job;
    };
    try {
      await send(6000, (i) => start + (i / 6000) * 15 * MINUTE);
      // So that the job reads them at once, and its second batch has final windows.
      await allPublished();
      let job = startJob();
      await until(
        async () => {
          assert.ok(!job.hasEnded, job.fault);
          await readResults();
          return (
            WINDOWS.every(({ seconds }) =>
              [...results.values()].some((result) => result.seconds === seconds),
            ) && finalWindows(lastBatch(commits)).length > 0
          );
        },
        () => `first results; ${job.said}`,
      );
      await job.kill();
      // As if it had been killed when its last final windows were written, and before that was noted.
      const repeated = lastBatch(commits);
      for (const name of [`${repeated}`, `.${repeated}.crc`]) rmSync(join(commits, name), { force: true });
      const written = finalWindows(repeated);

      // While it is down: more hits, some older; duplicate records; and records that are not hits.
      await send(4000, (i) => start + 15 * MINUTE + (i / 4000) * 5 * MINUTE);
      await send(500, (i) => start + 12 * MINUTE + (i / 500) * MINUTE);
      await allPublished();
      const again = (await recordsOf(kafka, 'hits')).filter((_, i) => i % 5 === 0);
      const producer = new Producer({ clientId: 'test', bootstrapBrokers: kafka.bootstrap.split(',') });
      const odd = ['no JSON', '{"v":2}', '{"v":1,"batch":"1","at":0,"of":1,"visitor":"x"}'];
      await producer.send({
        messages: [
          ...again.map((record) => ({ topic: 'hits', ...record })),
          ...odd.map((text) => ({ topic: 'hits', value: Buffer.from(text) })),
        ],
        acks: -1,
      });
      await producer.close();
      job = startJob();

      const windows = new Map<string, Stats['totals']>();
      for (const { seconds, slide } of WINDOWS) {
        for (
          let end = start + slide * 1000;
          end < start + 20 * MINUTE + seconds * 1000;
          end += slide * 1000
        ) {
          const [from, to] = [end - seconds * 1000, end].map((time) => new Date(time).toISOString());
          for (const site of ['', ...SITES]) {
            const { totals } = await server.ask<Stats>(
              `/api/v1/stats?interval=minute&site=${site}&from=${from}&to=${to}`,
            );
            windows.set(`${site}|${seconds}|${slide}|${end}`, totals);
          }
        }
      }
      const wrong = () => [...windows].filter(([key, { hits }]) => (results.get(key)?.hits ?? 0) !== hits);
      await until(
        async () => {
          assert.ok(!job.hasEnded, job.fault);
          await readResults();
          return wrong().length === 0;
        },
        () => `windows as the store has them: ${JSON.stringify(wrong().slice(0, 5))}; ${job.said}`,
      );
      assert.ok(windows.size > 150);
      for (const [key, { visitors }] of windows) {
        const counted = results.get(key)?.visitors ?? 0;
        assert.ok(
          Math.abs(counted - visitors!) <= Math.max(2, 4 * ERROR * visitors!),
          `${key}: ${counted}, ${visitors}`,
        );
      }

      // Later than the watermark allows: in no window, and reported, by each query once it has read all.
      await send(300, (i) => start - 60 * MINUTE + i);
      const queries = WINDOWS.flatMap(({ seconds, slide }) =>
        ['', '-parquet'].map((kind) => `${seconds}s-${slide}s${kind}`),
      );
      await until(
        () => queries.every((name) => job.progress.some(({ query, late }) => query === name && late! >= 300)),
        () => `late hits are told: ${JSON.stringify(job.progress.slice(-5))}`,
      );
      await readResults();
      assert.ok([...results.values()].every(({ from }) => from >= start - 5 * MINUTE));

      // Dead letters are kept with the reason; final windows are kept once.
      const letters = () =>
        engine.rows(
          `SELECT value, fault FROM file('${folder}/checkpoint/set-aside-records/*.json', JSONEachRow, 'value String, fault String') ORDER BY value`,
        );
      await until(
        () => letters().length >= odd.length && finalWindows('*').length > written.length,
        () => `dead letters and more final windows; ${job.said}`,
      );
      assert.deepEqual(
        letters().map(([value]) => value),
        [...odd].sort(),
      );
      assert.ok(letters().every(([, fault]) => fault !== ''));
      assert.deepEqual(finalWindows(repeated), written);
      const final = finalWindows('*');
      assert.equal(new Set(final.map(([site, end]) => `${site} ${end}`)).size, final.length);
      for (const [site, end, hits] of final)
        assert.equal(windows.get(`${site}|60|30|${end}`)?.hits ?? 0, Number(hits), `${site} ${end}`);

      const live = await server.ask<StreamAnswer>('/api/v1/live?source=stream&window=1m,5m&site=a.example');
      assert.equal(live.source, 'stream');
      for (const { seconds, hits, visitors, to, age_seconds } of live.windows) {
        const { slide } = WINDOWS.find((window) => window.seconds === seconds)!;
        const { totals } = { totals: windows.get(`a.example|${seconds}|${slide}|${Date.parse(to)}`)! };
        assert.equal(hits, totals.hits);
        assert.ok(Math.abs(visitors - totals.visitors!) <= Math.max(2, 4 * ERROR * totals.visitors!));
        assert.ok(age_seconds > 90 * 60);
      }
      assertProblem(
        await server.send('/api/v1/live?source=stream&window=7m', { headers: BEARER }),
        400,
        'invalid',
      );
    } finally {
      for (const job of started) await job.kill();
    }
  });

  it('computes rates from an archive as a report does', async (t) => {
    const folder = temporaryFolder(t);
    const [data, archive, log] = ['data', 'archive', 'access.log'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    await writeAccessLog(log, 3000, 3, Date.UTC(2024, 8, 1));
    const ask = async (command: string, ...args: string[]) => {
      const { code, stdout, stderr } = await run([command, '--data-dir', data, '--json', ...args]);
      assert.equal(code, 0, stderr);
      return JSON.parse(stdout);
    };
    await ask('import', '--site', 'example.com', log);
    const period = ['--from', '2024-09-01', '--to', '2024-09-04T12:00:00Z', '--interval', 'hour'];
    // From hits in the store, so that visitors are exact.
    const report: Stats = await ask('report', ...period);
    await ask('archive', '--to', archive);
    const archived: Stats = await ask('report', '--archive', archive, ...period);
    assert.equal(archived.totals.hits, report.totals.hits);
    for (const site of ['', 'example.com', 'other.example']) {
      const answer = JSON.parse(
        await spark.run('rates.py', ['--archive', archive, '--site', site, ...period]),
      );
      const isThere = site !== 'other.example';
      const { hits_per_second, ...totals } = answer.totals;
      assert.deepEqual(totals, isThere ? report.totals : { hits: 0, visitors: 0 });
      assert.ok(Math.abs(hits_per_second - totals.hits! / (3.5 * 86_400)) < 1e-6);
      assert.deepEqual(answer.series, isThere ? report.series.filter(({ hits }) => hits! > 0) : []);
    }
  });

  it('counts old events with the name of signals, and no signals', async (t) => {
    const archive = temporaryFolder(t);
    const columns = "'a.example' AS site, number AS visitor, '' AS bot, 'engagement' AS name";
    const engine = new Session();
    try {
      for (const [day, more] of [
        // Before signals, archives had no columns of what they tell.
        ['2024-09-01', ''],
        ['2024-09-02', ', toUInt32(number % 2) AS engaged, toInt8(number % 3 - 1) AS scroll'],
      ]) {
        const file = join(archive, 'a.example', `${day}.0`);
        mkdirSync(dirname(file), { recursive: true });
        engine.query(`INSERT INTO FUNCTION file('${file}.parquet', Parquet)
          SELECT toDateTime64('${day} 10:00:00', 3, 'UTC') AS time, ${columns}${more} FROM numbers(12)`);
        writeFileSync(`${file}.json`, '{}');
      }
    } finally {
      engine.close();
    }
    const period = ['--from', '2024-09-01', '--to', '2024-09-03', '--interval', 'day'];
    const answer = JSON.parse(await spark.run('rates.py', ['--archive', archive, ...period]));
    // Of twelve, two have neither time nor depth.
    assert.deepEqual(
      answer.series.map(({ hits }: { hits: number }) => hits),
      [12, 2],
    );
  });
});
