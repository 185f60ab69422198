import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { eventually, HandClock } from '../../test/fixtures/hand-clock.ts';
import { KeptLog } from '../../test/fixtures/kept-log.ts';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import { Outbox } from './outbox.ts';
import type { Message, Outcome } from './webhook.ts';

const TIMEOUT = { timeout: scaledTimeout(20_000) };
const DELIVERED: Outcome = { result: 'delivered' };
const FAILED: Outcome = { result: 'failed', reason: 'the receiver answered 503', after: 0 };

/** A folder, and a receiver with configurable answers. */
class Post {
  readonly log = new KeptLog();
  readonly clock = new HandClock('2026-11-24T06:00Z');
  /** Sent messages with their times. */
  readonly sent: string[] = [];
  readonly folder: string;
  answer: (message: Message, signal: AbortSignal) => Outcome | Promise<Outcome> = () => DELIVERED;

  constructor(t: TestContext) {
    this.folder = join(temporaryFolder(t), 'webhook');
  }

  open(most = 1000): Promise<Outbox> {
    return Outbox.open({
      ...{ folder: this.folder, clock: this.clock, log: this.log, random: () => 0, most },
      send: async (message, signal) => {
        this.sent.push(`${message.id} ${new Date(this.clock.now()).toISOString().slice(11, 19)}`);
        return this.answer(message, signal);
      },
    });
  }

  get files(): string[] {
    return readdirSync(this.folder);
  }
}

describe('a message', TIMEOUT, () => {
  test('is sent at once, and then forgotten', async (t) => {
    const post = new Post(t);
    await using outbox = await post.open();
    await outbox.post({ id: 'msg_1', body: '{"a":1}' });
    await eventually(() => outbox.size === 0);
    await post.clock.asleep(1);
    assert.deepEqual(post.sent, ['msg_1 06:00:00']);
    assert.deepEqual(post.files, []);
  });

  test('that fails is retried with backoff until it arrives', async (t) => {
    const post = new Post(t);
    let failures = 4;
    post.answer = () => (failures-- > 0 ? FAILED : DELIVERED);
    await using outbox = await post.open();
    await outbox.post({ id: 'msg_1', body: '{}' });
    await eventually(() => post.sent.length === 1);
    await post.clock.advanceTo('2026-11-24T06:10Z');
    assert.deepEqual(
      post.sent.map((line) => line.slice(-5)),
      ['00:00', '00:05', '00:15', '00:35', '01:15'],
    );
    assert.equal(outbox.size, 0);
    assert.equal(post.log.lines[0], 'warn: webhook: msg_1 will be retried in 5 s: the receiver answered 503');
  });

  test('waits as long as the receiver requests', async (t) => {
    const post = new Post(t);
    post.answer = () => (post.sent.length === 1 ? { ...FAILED, after: 90_000 } : DELIVERED);
    await using outbox = await post.open();
    await outbox.post({ id: 'msg_1', body: '{}' });
    await eventually(() => post.sent.length === 1);
    await post.clock.advanceTo('2026-11-24T06:05Z');
    assert.deepEqual(post.sent, ['msg_1 06:00:00', 'msg_1 06:01:30']);
  });

  test('that is refused is not sent again, and is logged', async (t) => {
    const post = new Post(t);
    post.answer = () => ({ result: 'refused', reason: 'the receiver answered 410' });
    await using outbox = await post.open();
    await outbox.post({ id: 'msg_1', body: '{}' });
    await eventually(() => post.log.lines.length === 1 && outbox.size === 0);
    await post.clock.advanceTo('2026-11-24T07:00Z');
    assert.equal(post.sent.length, 1);
    assert.equal(post.log.lines[0], 'error: webhook: msg_1 is dropped: the receiver answered 410');
  });

  test('is dropped after three days', async (t) => {
    const post = new Post(t);
    post.answer = () => FAILED;
    await using outbox = await post.open();
    await outbox.post({ id: 'msg_1', body: '{}' });
    await eventually(() => post.sent.length === 1);
    await post.clock.advanceTo('2026-11-27T05:00Z');
    assert.equal(outbox.size, 1);
    await post.clock.advanceTo('2026-11-27T08:00Z');
    assert.equal(outbox.size, 0);
    assert.ok(post.sent.length < 100);
  });

  test('that fails does not hold up another', async (t) => {
    const post = new Post(t);
    post.answer = ({ id }) => (id === 'msg_1' ? FAILED : DELIVERED);
    await using outbox = await post.open();
    await outbox.post({ id: 'msg_1', body: '{}' });
    await outbox.post({ id: 'msg_2', body: '{}' });
    await eventually(() => post.sent.includes('msg_2 06:00:00'));
  });

  test('is accepted once', async (t) => {
    const post = new Post(t);
    post.answer = () => FAILED;
    await using outbox = await post.open();
    await outbox.post({ id: 'msg_1', body: '{}' });
    await outbox.post({ id: 'msg_1', body: '{}' });
    assert.equal(post.files.length, 1);
  });

  test('that has not arrived is sent by the next run, oldest first', async (t) => {
    const post = new Post(t);
    post.answer = () => FAILED;
    {
      await using outbox = await post.open();
      for (const id of ['msg_b', 'msg_a']) {
        await outbox.post({ id, body: '{}' });
        post.clock.jumpTo(post.clock.now() + 1000);
      }
      await post.clock.asleep(1);
    }
    writeFileSync(join(post.folder, '000000000000001.msg_c.json.new'), '{');
    post.sent.length = 0;
    post.answer = () => DELIVERED;
    await using outbox = await post.open();
    await eventually(() => outbox.size === 0);
    await post.clock.asleep(1);
    assert.deepEqual(
      post.sent.map((line) => line.slice(0, 5)),
      ['msg_b', 'msg_a'],
    );
    assert.deepEqual(post.files, []);
  });

  test('in flight at shutdown stays for the next run', async (t) => {
    const post = new Post(t);
    post.answer = (_message, signal) =>
      new Promise((resolve) => signal.addEventListener('abort', () => resolve(FAILED)));
    {
      await using outbox = await post.open();
      await outbox.post({ id: 'msg_1', body: '{}' });
      await eventually(() => post.sent.length === 1);
    }
    assert.equal(post.files.length, 1);
    assert.deepEqual(post.log.lines, []);
  });

  test('drops the oldest if too many wait, and logs it', async (t) => {
    const post = new Post(t);
    post.answer = () => FAILED;
    await using outbox = await post.open(2);
    for (const id of ['msg_1', 'msg_2', 'msg_3']) await outbox.post({ id, body: '{}' });
    assert.equal(outbox.size, 2);
    assert.deepEqual(
      post.files.map((name) => name.split('.')[1]),
      ['msg_2', 'msg_3'],
    );
    assert.ok(post.log.lines.some((line) => /2 messages wait, the oldest \(msg_1\) is dropped/.test(line)));
  });
});
