import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { HandClock } from '../../test/fixtures/hand-clock.ts';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { isSigned, WebhookReceiver } from '../../test/fixtures/webhook-receiver.ts';
import { signatureOf, Webhook } from './webhook.ts';

const TIMEOUT = { timeout: scaledTimeout(20_000) };
const SECRET = new Uint8Array(Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64'));
const MESSAGE = { id: 'msg_1', body: '{"type":"alert.fired"}' };
const NEVER = new AbortController().signal;

function webhook(url: string, timeout = 5000): Webhook {
  return new Webhook({ url, secret: SECRET, clock: new HandClock('2026-11-24T07:00:00.900Z'), timeout });
}

test('a signature matches that of the Standard Webhooks libraries', () => {
  assert.equal(
    signatureOf(SECRET, 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1_614_265_330, '{"test": 2432232314}'),
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  );
});

describe('a message', TIMEOUT, () => {
  test('is posted once, as JSON signed with its id and time', async () => {
    await using receiver = await WebhookReceiver.listen();
    assert.deepEqual(await webhook(receiver.url).send(MESSAGE, NEVER), { result: 'delivered' });
    const [call] = receiver.calls;
    assert.equal(receiver.calls.length, 1);
    assert.equal(call!.body, MESSAGE.body);
    assert.equal(call!.headers['content-type'], 'application/json');
    assert.equal(call!.headers['webhook-id'], 'msg_1');
    assert.equal(call!.headers['webhook-timestamp'], String(Date.UTC(2026, 10, 24, 7) / 1000));
    assert.ok(isSigned(call!, SECRET));
    assert.ok(!isSigned({ ...call!, body: '{"type":"alert.cleared"}' }, SECRET));
  });

  for (const [status, result] of [
    [200, 'delivered'],
    [299, 'delivered'],
    [301, 'refused'],
    [400, 'refused'],
    [401, 'refused'],
    [410, 'refused'],
    [408, 'failed'],
    [429, 'failed'],
    [500, 'failed'],
    [504, 'failed'],
  ] as const) {
    test(`answered with ${status} is ${result}`, async () => {
      await using receiver = await WebhookReceiver.listen(status);
      assert.equal((await webhook(receiver.url).send(MESSAGE, NEVER)).result, result);
    });
  }

  test('does not follow a redirect', async () => {
    await using other = await WebhookReceiver.listen();
    await using receiver = await WebhookReceiver.listen({ status: 307, headers: { location: other.url } });
    assert.equal((await webhook(receiver.url).send(MESSAGE, NEVER)).result, 'refused');
    assert.equal(other.calls.length, 0);
  });

  test('waits as long as the receiver requests, within limits', async () => {
    for (const [retryAfter, after] of [
      ['7', 7000],
      ['999999999', 3_600_000],
      ['-1', 0],
      ['Wed, 21 Oct 2026 07:28:00 GMT', 0],
    ] as const) {
      await using receiver = await WebhookReceiver.listen({
        status: 503,
        headers: { 'retry-after': retryAfter },
      });
      assert.deepEqual(await webhook(receiver.url).send(MESSAGE, NEVER), {
        ...{ result: 'failed', reason: 'the receiver answered 503', after },
      });
    }
  });

  test('fails if there is no answer in time', async () => {
    await using receiver = await WebhookReceiver.listen('never');
    const outcome = await webhook(receiver.url, 50).send(MESSAGE, NEVER);
    assert.equal(outcome.result, 'failed');
  });

  test('fails if nothing listens, without showing the address', async () => {
    const receiver = await WebhookReceiver.listen();
    const { url } = receiver;
    await receiver[Symbol.asyncDispose]();
    const outcome = await webhook(url).send(MESSAGE, NEVER);
    assert.equal(outcome.result, 'failed');
    assert.doesNotMatch(JSON.stringify(outcome), /hook/);
  });

  test('is given up at once at shutdown', async () => {
    await using receiver = await WebhookReceiver.listen('never');
    const stop = new AbortController();
    const sending = webhook(receiver.url).send(MESSAGE, stop.signal);
    stop.abort();
    assert.equal((await sending).result, 'failed');
  });
});
