/** Batches that are made to fill the memory: their errors are counted, and the server lives in a small heap. */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { AnyServer, BEARER, flagsOf, LISTENING } from './fixtures/any-server.ts';
import { Program } from './fixtures/command-line.ts';
import { scaledTimeout } from './fixtures/scaled-timeout.ts';
import { temporaryFolder } from './fixtures/temporary.ts';

const MIB = 1024 * 1024;
/** MiB: less than a byte of the body may cost as an error. */
const HEAP = 200;

class SmallServer extends AnyServer {
  readonly program: Program;
  port = 0;

  constructor(dataDir: string) {
    super();
    const args = ['serve', ...flagsOf(dataDir), '--tracker', 'simple'];
    this.program = new Program(args, { NODE_OPTIONS: `--max-old-space-size=${HEAP}` });
  }

  async listening(): Promise<this> {
    this.port = Number((await this.program.said(LISTENING))[1]);
    return this;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.program[Symbol.asyncDispose]();
  }
}

interface Told {
  readonly accepted: number;
  readonly dropped: Record<string, number>;
  readonly errors: readonly { index: number; error: string }[];
}

describe('a batch that is made to fill the memory', { timeout: scaledTimeout(120_000) }, () => {
  test('costs a small multiple of its size, whatever is in it', async (t) => {
    await using server = await new SmallServer(join(temporaryFolder(t), 'data')).listening();
    const send = async (text: string, type: string) => {
      const headers = { ...BEARER, 'content-type': type };
      const answer = await server.send('/api/v1/hits', { method: 'POST', headers, body: text });
      return { ...answer, told: JSON.parse(answer.text) as Told };
    };
    const ndjson = 'application/x-ndjson';
    const hit = '{"site":"a.example","visitor":"ann"}';
    for (const [item, size] of [
      ['x', 16 * MIB],
      ['[]', 4 * MIB],
      ['{', MIB / 4],
      ['{}', MIB / 4],
    ] as const) {
      const times = Math.floor((size - hit.length) / (item.length + 1)) + 1;
      const { status, told } = await send(`${`${item}\n`.repeat(times - 1)}${hit}`, ndjson);
      assert.deepEqual([status, told.accepted, told.dropped], [202, 1, { invalid: times - 1 }]);
      assert.deepEqual(
        told.errors.map(({ index }) => index),
        Array.from({ length: 20 }, (_, i) => i),
      );
    }
    const many = Math.floor((4 * MIB) / 3);
    const array = await send(`[${'[],'.repeat(many)}${hit}]`, 'application/json');
    assert.deepEqual([array.told.accepted, array.told.dropped], [1, { invalid: many }]);
    const large = `${JSON.stringify({ site: 'a.example', title: 'x'.repeat(MIB) })}\n${hit}`;
    const { told } = await send(large, ndjson);
    assert.deepEqual([told.accepted, told.dropped], [1, { too_large: 1 }]);
    assert.equal((await server.total('a.example')).hits, 6);
    const { code } = await server.program.stop();
    assert.equal(code, 0);
  });
});
