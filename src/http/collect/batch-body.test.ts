import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { describe, test } from 'node:test';
import { BatchBodies, BODY_LIMIT } from './batch-body.ts';

describe('bodies in progress', () => {
  test('are read as they were sent, however they are cut', async () => {
    const bodies = new BatchBodies();
    const sent = Buffer.from(Array.from({ length: 200_000 }, (_, i) => i % 251));
    const cut = Array.from({ length: 2000 }, (_, i) => sent.subarray(i * 100, (i + 1) * 100));
    const body = await bodies.read(Readable.from(cut));
    assert.ok(body.equals(sent));
    assert.equal(bodies.bytes, sent.length);
    bodies.release(body);
    assert.equal(bodies.bytes, 0);
  });

  test('are refused if they are too large, alone or together, and take no room then', async () => {
    const bodies = new BatchBodies();
    const chunk = Buffer.alloc(1024 * 1024);
    const send = (chunks: number) => bodies.read(Readable.from(new Array(chunks).fill(chunk)));
    await assert.rejects(send(BODY_LIMIT / chunk.length + 1), { code: 'too_large' });
    assert.equal(bodies.bytes, 0);
    const kept: Buffer[] = [];
    for (let i = 0; i < 8; i++) kept.push(await send(16));
    await assert.rejects(send(1), { code: 'overloaded', retryAfter: 2 });
    bodies.release(kept.pop()!);
    bodies.release(await send(1));
    assert.equal(bodies.bytes, 7 * BODY_LIMIT);
  });
});
