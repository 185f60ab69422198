/** Kafka as a sink of the spool: what readers get, from the records alone. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Consumer, ListOffsetTimestamps } from '@platformatic/kafka';
import { kafkaAddress } from '../../src/settings/kafka-address.ts';
import { BatchReassembler, BEGINNING } from '../../src/stream/batch-reassembler.ts';
import { clientOptions } from '../../src/stream/kafka.ts';
import { Publisher } from '../../src/stream/publisher.ts';
import { type Cut, type SinkPlace, sinkContract } from '../contracts/sink.ts';
import { hasKafka, KAFKA_MISSING, KafkaCluster } from '../fixtures/kafka-cluster.ts';

const TOPIC = 'sink';
/** Milliseconds after the start of a delivery: before the broker gets a request, during it, and after. */
const MOMENTS = [0, 15, 40, 400];

sinkContract('a Kafka topic', kafkaPlace, { skip: hasKafka() ? false : KAFKA_MISSING });

async function kafkaPlace(): Promise<SinkPlace> {
  const kafka = await KafkaCluster.start(1);
  const address = kafkaAddress(kafka.url(TOPIC), 'the test');
  return {
    start: async () => new Publisher(address),
    async received(site) {
      const partitions = new Map<number, BatchReassembler>();
      for (const { partition, offset, timestamp, value } of await recordsOf(kafka)) {
        const reader = partitions.get(partition) ?? new BatchReassembler(partition, BEGINNING);
        partitions.set(partition, reader);
        const fault = reader.add({ offset, timestamp: Number(timestamp), value });
        if (fault) throw fault;
      }
      const batches = [...partitions.values()].flatMap((reader) => reader.flushBatch().batches);
      return batches.flatMap(({ hits }) => hits).filter((hit) => hit.site === site);
    },
    away: () => kafka.kill(0),
    back: () => kafka.restart(0),
    cuts: MOMENTS.map((moment) => cutAt(kafka, moment)),
    [Symbol.asyncDispose]: () => kafka[Symbol.asyncDispose](),
  };
}

/** Kills the broker, which is back when the next program starts. */
function cutAt(kafka: KafkaCluster, moment: number): Cut {
  let killed: Promise<void> = Promise.resolve();
  return {
    name: `killed after ${moment} ms`,
    async make() {
      killed = sleep(moment).then(() => kafka.kill(0));
    },
    async mend() {
      await killed;
      await kafka.restart(0);
    },
  };
}

interface KafkaRecord {
  readonly partition: number;
  readonly offset: bigint;
  readonly timestamp: bigint;
  readonly value: string;
}

/** All records of the topic, in the order of each partition. */
async function recordsOf(kafka: KafkaCluster): Promise<KafkaRecord[]> {
  const consumer = new Consumer<string, string, string, string>({
    ...clientOptions(kafkaAddress(kafka.url(TOPIC), 'the test')),
    groupId: `reader-${process.hrtime.bigint()}`,
    autocommit: false,
    deserializers: { value: (bytes) => bytes?.toString() ?? '' },
  });
  try {
    const request = { topics: [TOPIC], timestamp: ListOffsetTimestamps.LATEST };
    const ends = (await consumer.listOffsets(request)).get(TOPIC) ?? [];
    let missing = ends.reduce((sum, end) => sum + Number(end), 0);
    if (missing === 0) return [];
    const records: KafkaRecord[] = [];
    const stream = await consumer.consume({ topics: [TOPIC], mode: 'earliest', autocommit: false });
    for await (const { partition, offset, timestamp, value } of stream) {
      records.push({ partition, offset, timestamp, value });
      if (--missing === 0) break;
    }
    return records;
  } finally {
    await consumer.close(true);
  }
}
