/** Growing logs whose first line has no address and time in brackets. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { chunked, collected, kindsOf, stored, walk } from '../../test/fixtures/log-chunks.ts';
import { logLine } from '../../test/fixtures/log-line.ts';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { ImportRegistry } from './import-registry.ts';
import type { LogChunk } from './log-chunk.ts';

/** The first chunk of a log that has only this text for now. */
async function firstOf(text: string, registry = new ImportRegistry()): Promise<LogChunk> {
  const source = (async function* () {
    yield Buffer.from(text);
    await new Promise(() => undefined);
  })();
  const { value } = await walk(source, { registry, timeout: 20 }).next();
  return value!;
}

/** The kinds of the chunks of a whole log, after an import of these. */
async function kindsAfter(known: readonly LogChunk[], text: string): Promise<string[]> {
  const registry = new ImportRegistry(stored(known));
  return kindsOf(await collected(walk(chunked(text), { registry, size: 100_000 })));
}

const FIRST_LINES = {
  'that cannot be read': 'started\n',
  'of Squid':
    '1431857103.655 12 203.0.113.7 TCP_MISS/200 512 GET http://www.example.com/ - HIER_DIRECT/- -\n',
  'of syslog': '<134>May 17 10:05:03 lb haproxy[12]: 203.0.113.7:33317 [17/May/2015:10:05:03.655] http-in\n',
  'of W3C extended': '#Fields: date time c-ip cs-uri-stem\n2015-05-17 10:05:03 203.0.113.7 /\n',
};

describe('a growing log', { timeout: scaledTimeout(5000) }, () => {
  for (const [what, line] of Object.entries(FIRST_LINES)) {
    it(`that begins with a line ${what} is read after the timeout`, async () => {
      const chunk = await firstOf(line);
      assert.deepEqual([chunk.kind, chunk.bytes.toString()], ['new', line]);
    });

    it(`that begins with a line ${what} is recognized after lines with an address follow`, async () => {
      const chunk = await firstOf(line);
      assert.deepEqual(await kindsAfter([chunk], line), ['known']);
      assert.deepEqual(await kindsAfter([chunk], line + logLine()), ['known', 'new']);
      assert.deepEqual(await kindsAfter([chunk], line + logLine().repeat(100)), ['known', 'new']);
    });

    it(`that begins with a line ${what} is recognized if the whole log was imported before`, async () => {
      const whole = await collected(walk(chunked(line + logLine()), { size: 100_000 }));
      const started = await firstOf(line);
      assert.deepEqual(await kindsAfter([...whole, started], line + logLine()), ['known']);
    });
  }

  it('waits for the rest of its first line', async () => {
    const source = (async function* () {
      yield Buffer.from('203.0.113.7 - - [17/May/2015');
      await new Promise((resolve) => setTimeout(resolve, 100));
      yield Buffer.from(':10:05:03 +0000] "GET /1 HTTP/1.1" 200 5\n');
    })();
    const whole = '203.0.113.7 - - [17/May/2015:10:05:03 +0000] "GET /1 HTTP/1.1" 200 5\n';
    const [slow] = await collected(walk(source, { timeout: 20 }));
    const [fast] = await collected(walk(chunked(whole)));
    assert.equal((slow as { root: string }).root, (fast as { root: string }).root);
  });
});
