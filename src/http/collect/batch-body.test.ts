import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { rounds } from '../../../test/fixtures/rounds.ts';
import { HitError } from '../../errors.ts';
import { BatchBodies, BODY_LIMIT, itemsOf, parseItem } from './batch-body.ts';

function parsed(text: string, isArray: boolean): unknown[] {
  const bytes = Buffer.from(text);
  return Array.from(itemsOf({ bytes, isArray }), (item) => parseItem(bytes, item, 'the body'));
}

const space = fc.stringMatching(/^[ \t\r\n]{0,3}$/);

describe('a body', () => {
  test('that is an array has the elements that JSON says, however it is spaced', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.jsonValue(), space, space)), space, space, (items, before, after) => {
        const text = items.map(([value, left, right]) => left + JSON.stringify(value) + right).join(',');
        const body = `${before}[${text}]${after}`;
        assert.deepEqual(parsed(body, true), JSON.parse(body));
      }),
      { seed: 1, numRuns: rounds(300, 80) },
    );
  });

  test('that is no array is refused, or has an element that is none', () => {
    for (const body of [
      '',
      '{}',
      '[',
      '[1',
      '[1,',
      '[1,]',
      '[,1]',
      '[1] 2',
      '["a]',
      '["a\\"]',
      '[{]',
      '[}',
      ']',
      'x',
    ]) {
      const isRefused = () => parsed(body, true).some((item) => item instanceof HitError);
      try {
        assert.ok(isRefused(), body);
      } catch (error) {
        assert.equal((error as HitError).code, 'invalid', body);
      }
    }
  });

  test('of lines has an item for each that is not blank', () => {
    assert.deepEqual(parsed('{"a":1}\r\n\n  \n 2\n"é\u2028"', false), [{ a: 1 }, 2, 'é\u2028']);
    assert.deepEqual(parsed('\n\n', false), []);
  });

  test('has no item larger than a hit may be', () => {
    const [small, large] = parsed(`["${'x'.repeat(65_534)}","${'x'.repeat(65_535)}"]`, true);
    assert.equal((small as string).length, 65_534);
    assert.equal((large as HitError).code, 'too_large');
  });
});

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
