import assert from 'node:assert/strict';
import { test } from 'node:test';
import { logLine } from '../../test/fixtures/log-line.ts';
import { rulesOf } from './format-detection.ts';
import { SharedThreads } from './shared-threads.ts';

const RULES = rulesOf('auto', logLine());

/** A log with memory of its own, which goes to another thread. */
function ownBytes(text: string): Buffer<ArrayBuffer> {
  return Buffer.from(new TextEncoder().encode(text).buffer);
}

test('logs of the same rules and site share their threads, until the last one closes them', async () => {
  const shared = new SharedThreads({ key: new Uint8Array(16), importSalt: new Uint8Array(16) });
  const first = shared.open(RULES, 'a.example');
  const second = shared.open(rulesOf('auto', logLine()), 'a.example');
  const others = [shared.open(RULES, 'b.example'), shared.open(rulesOf('%h %t "%r" %>s', ''), 'a.example')];
  assert.equal(first, second);
  assert.ok(!others.includes(first));
  assert.notEqual(others[0], others[1]);
  await shared.close(first);
  assert.equal((await second.read(ownBytes(logLine()))).imported, 1);
  await shared.close(second);
  const next = shared.open(RULES, 'a.example');
  assert.notEqual(next, first);
  await Promise.all([next, ...others].map((threads) => shared.close(threads)));
});

test('threads that failed are no longer shared', async () => {
  const shared = new SharedThreads({ key: new Uint8Array(1), importSalt: new Uint8Array(16) });
  const broken = shared.open(RULES, 'a.example');
  await assert.rejects(broken.read(ownBytes('line')), /a reading thread failed/);
  const next = shared.open(RULES, 'a.example');
  assert.notEqual(next, broken);
  await Promise.all([shared.close(broken), shared.close(next)]);
});

test('the fields of one log do not describe the lines of another one that shares its threads', async (test) => {
  const shared = new SharedThreads({ key: new Uint8Array(16), importSalt: new Uint8Array(16) });
  const threads = shared.open(RULES, 'a.example');
  test.after(() => shared.close(threads));
  const chunk = () => ownBytes('2026-11-30 08:00:00 203.0.113.7 /page 200 Firefox/150\n');
  const fields = '#Fields: date time c-ip cs-uri-stem sc-status cs(User-Agent)';
  // Chunks take turns between two threads at most.
  const read = [fields, fields, undefined, undefined].map((directive) => threads.read(chunk(), directive));
  const results = await Promise.all(read);
  assert.deepEqual(
    results.map(({ imported, failed }) => ({ imported, failed })),
    [
      { imported: 1, failed: 0 },
      { imported: 1, failed: 0 },
      { imported: 0, failed: 1 },
      { imported: 0, failed: 1 },
    ],
  );
});
