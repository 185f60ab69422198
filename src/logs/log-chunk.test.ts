import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { FORMAT_LINES, SAID } from '../../test/fixtures/format-lines.ts';
import {
  chunked,
  collected,
  contentOf,
  kindsOf,
  numbersIn,
  stored,
  walk,
} from '../../test/fixtures/log-chunks.ts';
import { logLine } from '../../test/fixtures/log-line.ts';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { ImportKey } from '../folder/import-key.ts';
import { ImportRegistry } from './import-registry.ts';
import { type LogChunk, splitIntoChunks } from './log-chunk.ts';

/** The root of a log, as soon as it is known. */
async function rootOf(source: AsyncIterable<Buffer>, site = 'example.com'): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const chunks = splitIntoChunks(source, {
    key: new ImportKey(new Uint8Array(16)),
    ...{ site, size: 100, timeout: Number.POSITIVE_INFINITY, canRead: () => true, refuseCopies: false },
    openRegistry: async (root) => {
      resolve(root);
      return new ImportRegistry();
    },
  });
  chunks.next().catch(reject);
  return promise;
}

describe('a log in chunks', () => {
  it('that is empty has none', async () => {
    assert.deepEqual(await collected(walk(chunked(''))), []);
  });

  it('that has grown has its known chunks first, then the new ones', async () => {
    const before = logLine({ path: '/1' }) + logLine({ path: '/2' });
    const after = logLine({ path: '/3' });
    const registry = new ImportRegistry(stored(await collected(walk(chunked(before)))));
    const chunks = await collected(walk(chunked(before + after), { registry }));
    assert.equal(chunks.at(-1)?.bytes.toString(), after);
    assert.deepEqual(kindsOf(chunks), [...chunks.slice(0, -1).map(() => 'known'), 'new']);
  });

  it('with the same first line as another log is distinguished from it', async () => {
    const first = logLine({ path: '/1' });
    const registry = new ImportRegistry(
      stored(await collected(walk(chunked(first + logLine({ path: '/2' }))))),
    );
    const chunks = await collected(walk(chunked(first + logLine({ path: '/3' })), { registry, size: 1000 }));
    assert.deepEqual(kindsOf(chunks), ['known', 'new'], 'as far as they are the same they are one log');
    assert.deepEqual(numbersIn(chunks), [3]);
  });

  it('of another site is another log', async () => {
    assert.notEqual(
      await rootOf(chunked(logLine()), 'a.example'),
      await rootOf(chunked(logLine()), 'b.example'),
    );
  });

  for (const [format, line] of Object.entries(FORMAT_LINES)) {
    it(`in the ${format} format is identified by its first line, without waiting for more`, async () => {
      const growing = async function* (first: string) {
        yield Buffer.from(first);
        assert.fail('waits');
      };
      const root = await rootOf(growing(line));
      assert.equal(await rootOf(growing(line + logLine())), root);
      assert.notEqual(await rootOf(growing(line.replace(SAID.address, '203.0.113.8'))), root);
      assert.notEqual(await rootOf(chunked('')), root);
    });
  }

  it('that ends within a readable line has that line once, and never the rest of it', async () => {
    const line = logLine({ path: '/2' });
    const cut = line.slice(0, line.indexOf('Gecko'));
    const first = await collected(walk(chunked(logLine({ path: '/1' }) + cut)));
    assert.deepEqual(numbersIn(first), [1, 2]);
    const registry = new ImportRegistry(stored(first));
    const whole = logLine({ path: '/1' }) + line + logLine({ path: '/3' });
    const second = await collected(walk(chunked(whole), { registry }));
    assert.deepEqual(kindsOf(second), ['known', 'known', 'new']);
    assert.equal(second.at(-1)?.bytes.toString(), logLine({ path: '/3' }));
  });

  it('that is one line without a line break is recognized when the line has grown', async () => {
    const line = logLine({ path: '/1' });
    const first = await collected(walk(chunked(line.slice(0, -20))));
    const second = await collected(walk(chunked(line), { registry: new ImportRegistry(stored(first)) }));
    assert.deepEqual([kindsOf(first), kindsOf(second)], [['new'], ['known']]);
  });

  it('that ends within an unreadable line reports it, and has it once it is complete', async () => {
    const line = logLine({ path: '/2' });
    const cut = line.slice(0, line.indexOf('HTTP'));
    const first = await collected(walk(chunked(logLine({ path: '/1' }) + cut)));
    assert.deepEqual(kindsOf(first), ['new', 'unfinished']);
    assert.equal(first.at(-1)?.bytes.toString(), cut);
    const whole = logLine({ path: '/1' }) + line;
    const second = await collected(walk(chunked(whole), { registry: new ImportRegistry(stored(first)) }));
    assert.deepEqual(numbersIn(second), [2]);
  });

  it('truncates a line that is too long to parse, and continues after it', async () => {
    const content = `${logLine({ path: '/1' })}${'x'.repeat(2_000_000)}\n${logLine({ path: '/2' })}`;
    const first = await collected(walk(chunked(content, [65_536])));
    assert.ok(contentOf(first).length < 500_000, 'the rest of it is left out');
    assert.deepEqual(numbersIn(first), [1, 2]);
    const second = await collected(
      walk(chunked(content, [10_000]), { registry: new ImportRegistry(stored(first)) }),
    );
    assert.deepEqual(new Set(kindsOf(second)), new Set(['known']));
  });
});

describe('a growing log in chunks', () => {
  it('returns its lines after a while, even if more arrive all the time', {
    timeout: scaledTimeout(5000),
  }, async () => {
    const source = (async function* () {
      for (let i = 0; i < 80; i++) {
        yield Buffer.from(logLine({ path: `/${i}` }));
        await sleep(5);
      }
    })();
    const chunks = await collected(walk(source, { size: 1_000_000, timeout: 30 }));
    assert.ok(chunks.length > 3, `${chunks.length} chunks`);
    assert.deepEqual(numbersIn(chunks), [...Array(80).keys()]);
  });

  it('waits for the end of a line', { timeout: scaledTimeout(5000) }, async () => {
    const line = logLine({ path: '/2' });
    const source = (async function* () {
      yield Buffer.from(logLine({ path: '/1' }) + line.slice(0, -10));
      await sleep(100);
      yield Buffer.from(line.slice(-10));
    })();
    const chunks = await collected(walk(source, { timeout: 20 }));
    assert.deepEqual(
      chunks.map(({ bytes }) => bytes.toString()),
      [logLine({ path: '/1' }), line],
    );
  });

  it('that begins like a known log does not wait until it is as long', {
    timeout: scaledTimeout(5000),
  }, async () => {
    const lines = [1, 2, 3].map((number) => logLine({ path: `/${number}` }));
    const known = stored(await collected(walk(chunked(lines.join('')), { size: 10_000 })));
    assert.equal(known.length, 1);
    for (const line of [logLine({ path: '/4' }), logLine({ path: '/1' })]) {
      const source = (async function* () {
        yield Buffer.from(line);
        await new Promise(() => undefined);
      })();
      const chunks = walk(source, { registry: new ImportRegistry(known), timeout: 20 });
      const { value } = await chunks.next();
      assert.deepEqual([value?.kind, value?.bytes.toString()], ['new', line]);
    }
  });

  it('leaves chunks that another import has claimed meanwhile to that import', {
    timeout: scaledTimeout(5000),
  }, async () => {
    const registry = new ImportRegistry();
    const lines = [1, 2, 3].map((number) => logLine({ path: `/${number}` }));
    const { promise: othersTurn, resolve: begin } = Promise.withResolvers<void>();
    const { promise: othersEnd, resolve: end } = Promise.withResolvers<void>();
    const source = (async function* () {
      yield Buffer.from(lines[0]!);
      await othersEnd;
      yield Buffer.from(lines[1]!);
      yield Buffer.from(lines[2]!);
    })();
    const followed = (async () => {
      const chunks: LogChunk[] = [];
      for await (const chunk of walk(source, { registry, timeout: 20 })) {
        chunks.push(chunk);
        begin();
      }
      return chunks;
    })();
    await othersTurn;
    const other = await collected(walk(chunked(lines[0]! + lines[1]!), { registry }));
    end();
    assert.deepEqual(numbersIn(other), [2]);
    assert.deepEqual(numbersIn(await followed), [1, 3]);
  });
});
