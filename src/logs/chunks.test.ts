import assert from 'node:assert/strict';
import { PassThrough, Readable } from 'node:stream';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { memoryInUse } from '../../test/fixtures/memory-in-use.ts';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { drainedChunks } from './chunks.ts';

/** The text that is read from a pipe, and the error that ended it. */
async function read(pipe: PassThrough, stop: AbortSignal) {
  let text = '';
  try {
    for await (const chunk of drainedChunks(pipe, stop)) text += chunk;
    return { text, fault: undefined };
  } catch (error) {
    return { text, fault: String(error) };
  }
}

test('a pipe is read to its end', async () => {
  const pipe = new PassThrough();
  const reading = read(pipe, new AbortController().signal);
  pipe.write('one\n');
  await sleep(10);
  pipe.end('two\nthree');
  assert.deepEqual(await reading, { text: 'one\ntwo\nthree', fault: undefined });
});

test('what a pipe has at a stop is still read, and so is what its writer adds until it ends', async () => {
  const stop = new AbortController();
  const pipe = new PassThrough();
  const reading = read(pipe, stop.signal);
  pipe.write('one\n');
  await sleep(10);
  stop.abort();
  pipe.write('two\n');
  await sleep(10);
  pipe.end('three\n');
  assert.deepEqual(await reading, { text: 'one\ntwo\nthree\n', fault: undefined });
});

test('a pipe that stays open after a stop ends soon', { timeout: scaledTimeout(10_000) }, async () => {
  const stop = new AbortController();
  const pipe = new PassThrough();
  const reading = read(pipe, stop.signal);
  pipe.write('one\n');
  await sleep(10);
  stop.abort();
  assert.deepEqual(await reading, { text: 'one\n', fault: 'Error: interrupted' });
});

test('a pipe whose writer does not pause ends after a stop, too', {
  timeout: scaledTimeout(20_000),
}, async () => {
  const stop = new AbortController();
  const pipe = new PassThrough();
  const writing = setInterval(() => pipe.write('more\n'), 5);
  const reading = read(pipe, stop.signal);
  stop.abort();
  const { fault } = await reading;
  clearInterval(writing);
  assert.equal(fault, 'Error: interrupted');
});

test('what a pipe has at a stop is read even if storing the chunk before takes long', {
  timeout: scaledTimeout(10_000),
}, async () => {
  const stop = new AbortController();
  const pipe = new PassThrough();
  const chunks = drainedChunks(pipe, stop.signal);
  pipe.write('one\n');
  assert.equal(String((await chunks.next()).value), 'one\n');
  pipe.write('two\n');
  stop.abort();
  await sleep(600);
  assert.equal(String((await chunks.next()).value), 'two\n');
  await assert.rejects(chunks.next(), /interrupted/);
});

test('reading a pipe for years takes constant memory', async () => {
  const count = 40_000;
  const pipe = Readable.from(
    (function* () {
      for (let i = 0; i <= count; i++) yield Buffer.from('a line\n');
    })(),
  );
  const chunks = drainedChunks(pipe, new AbortController().signal);
  for (let i = 0; i < count / 2; i++) await chunks.next();
  const before = memoryInUse();
  for (let i = 0; i < count / 2; i++) await chunks.next();
  // Finished work is collected in a later turn.
  await sleep(1);
  const grown = memoryInUse() - before;
  await chunks.return(undefined);
  assert.ok(grown < 2_000_000, `${grown} bytes of ${count / 2} chunks`);
});
