import assert from 'node:assert/strict';
import fs from 'node:fs';
import { open } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { append, openSpool } from '../../test/fixtures/spool.ts';
import { LONGEST_WRITE } from './bounds.ts';

/** Syncs that the disk does not finish. */
class HeldSyncs {
  readonly #held: (() => void)[] = [];
  #restore = () => {};

  /** Holds syncs of content, until the test ends at the latest. */
  ofContent(t: TestContext): void {
    const { fdatasync } = fs;
    fs.fdatasync = ((...args: Parameters<typeof fdatasync>) =>
      void this.#held.push(() => fdatasync(...args))) as typeof fdatasync;
    syncBuiltinESMExports();
    this.#restore = () => {
      fs.fdatasync = fdatasync;
      syncBuiltinESMExports();
    };
    t.after(this.#restore);
  }

  /** Holds syncs of folders, by which the names of new files become durable. */
  async ofNames(t: TestContext): Promise<void> {
    await using handle = await open('.', 'r');
    const mock = t.mock.method(Object.getPrototypeOf(handle), 'sync', () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#held.push(resolve);
      return promise;
    });
    this.#restore = () => mock.mock.restore();
  }

  async begun(): Promise<void> {
    while (this.#held.length === 0) await sleep(5);
  }

  finish(): void {
    this.#restore();
    for (const finish of this.#held) finish();
  }
}

describe('while the disk hangs', () => {
  for (const what of ['ofContent', 'ofNames'] as const) {
    test(`no hit waits longer than a second, except those that are being written (${what})`, async (t) => {
      const { spool, shelf } = await openSpool(t);
      const syncs = new HeldSyncs();
      await syncs[what](t);
      const acknowledged: string[] = [];
      const send = async (path: string) => {
        await append(spool, path);
        acknowledged.push(path);
      };
      const refused = { code: 'spool_full', retryAfter: 5, message: /the disk does not answer/ };
      const first = send('/hit-0');
      await syncs.begun();
      const began = performance.now();
      // It waits for the next group, and is withdrawn.
      await assert.rejects(send('/hit-1'), refused);
      assert.ok(performance.now() - began > 900);
      const later = performance.now();
      await assert.rejects(send('/hit-2'), refused);
      assert.ok(performance.now() - later < 500);
      await assert.rejects(spool.probe(), { code: 'spool_full' });
      assert.deepEqual(acknowledged, []);

      syncs.finish();
      await first;
      await send('/hit-3');
      await spool.flush();
      assert.deepEqual(acknowledged, ['/hit-0', '/hit-3']);
      assert.deepEqual(shelf.paths, acknowledged);
    });
  }

  test('no hit is refused because this process stood still while a group was written', async (t) => {
    const { spool, shelf } = await openSpool(t);
    const syncs = new HeldSyncs();
    syncs.ofContent(t);
    const first = append(spool, '/hit-0');
    await syncs.begun();
    syncs.finish();
    // The disk is done meanwhile, which nobody has told the spool when the next hit comes.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LONGEST_WRITE + 200);
    await Promise.all([first, append(spool, '/hit-1')]);
    await spool.flush();
    assert.deepEqual(shelf.paths, ['/hit-0', '/hit-1']);
  });
});
