import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { describe, test } from 'node:test';
import { segmentOf } from '../../test/fixtures/segments.ts';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import { kafkaAddress } from '../settings/kafka-address.ts';
import type { Segment } from '../spool/segment.ts';
import { Publisher } from './publisher.ts';

/** No broker listens there: the rejection comes before anything is sent. */
const NOWHERE = kafkaAddress('kafka://127.0.0.1:1/hits', '--stream');
const REFUSED = { code: 'spool_failed', message: /\.rows cannot be read: its content has changed$/ };

describe('a segment is not published', () => {
  /** Two commit groups in one file. */
  function twoGroups(folder: string): { segment: Segment; first: number } {
    const [one, two] = [segmentOf(folder, 1n, [{}, {}]), segmentOf(folder, 2n, [{ path: '/page' }])];
    writeFileSync(one.path, Buffer.concat([readFileSync(one.path), readFileSync(two.path)]));
    return { segment: { ...one, bytes: one.bytes + two.bytes, hits: 3 }, first: one.bytes };
  }

  test('whose file was cut between two groups', async (t) => {
    const { segment, first } = twoGroups(temporaryFolder(t));
    truncateSync(segment.path, first);
    await using publisher = new Publisher(NOWHERE);
    await assert.rejects(publisher.deliver(segment), REFUSED);
  });

  test('in which a byte of a text changed', async (t) => {
    const { segment } = twoGroups(temporaryFolder(t));
    const bytes = readFileSync(segment.path);
    bytes.write('P', bytes.lastIndexOf('/page') + 1);
    writeFileSync(segment.path, bytes);
    await using publisher = new Publisher(NOWHERE);
    await assert.rejects(publisher.deliver(segment), REFUSED);
  });
});

describe('a publisher that closes', () => {
  test('ends the delivery that brokers do not answer, and begins no other one', async (t) => {
    const silent = createServer((socket) => t.after(() => socket.destroy())).listen(0, '127.0.0.1');
    t.after(() => silent.close());
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const publisher = new Publisher(kafkaAddress(`kafka://127.0.0.1:${port}/hits`, '--stream'));
    const segment = segmentOf(temporaryFolder(t), 1n, [{}]);
    const closing = { code: 'stream_unavailable', message: 'the server is closing' };
    const delivery = assert.rejects(publisher.deliver(segment), closing);
    await once(silent, 'connection');
    await publisher.close();
    await delivery;
    silent.on('connection', () => assert.fail('it connected again'));
    await assert.rejects(publisher.deliver(segment), closing);
  });
});
