import assert from 'node:assert/strict';
import { appendFile, copyFile, mkdtemp, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { patience, until } from '../../test/fixtures/patience.ts';
import { generationsOf } from './follow.ts';

/** Longer than the polling interval, in milliseconds. */
const LOOK = 400;

/** A log that is followed until the end of the test. */
class Followed {
  /** Text of each generation so far. */
  readonly generations: string[] = [];
  readonly #stop = new AbortController();
  readonly #ended: Promise<void>;

  constructor(test: TestContext, path: string) {
    this.#ended = this.#read(path);
    test.after(() => this.stop());
  }

  /** Waits until the generations have these texts. */
  async reaches(expected: readonly string[]): Promise<void> {
    const reached = () => this.generations.join('|') === expected.join('|');
    await until('the texts of the log', reached).catch(() => undefined);
    assert.deepEqual(this.generations, expected);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#ended;
  }

  async #read(path: string): Promise<void> {
    for await (const log of generationsOf(path, this.#stop.signal)) {
      const index = this.generations.push('') - 1;
      try {
        for await (const chunk of log) this.generations[index] = `${this.generations[index]}${chunk}`;
      } catch (error) {
        assert.ok(this.#stop.signal.aborted, String(error));
      }
    }
  }
}

describe('a followed log', { timeout: patience(20_000), concurrency: true }, () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'follow-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('returns its existing and its added lines', async (test) => {
    const path = join(folder, 'added.log');
    await writeFile(path, 'one\n');
    const log = new Followed(test, path);
    await log.reaches(['one\n']);
    await appendFile(path, 'two\nthr');
    await log.reaches(['one\ntwo\nthr']);
    await appendFile(path, 'ee\n');
    await log.reaches(['one\ntwo\nthree\n']);
  });

  it('may be created later', async (test) => {
    const path = join(folder, 'later.log');
    const log = new Followed(test, path);
    await sleep(LOOK);
    assert.deepEqual(log.generations, []);
    await writeFile(path, 'one\n');
    await log.reaches(['one\n']);
  });

  it('is read to its end after it was renamed, including lines written meanwhile', async (test) => {
    const path = join(folder, 'renamed.log');
    await writeFile(path, 'one\n');
    const log = new Followed(test, path);
    await log.reaches(['one\n']);
    await rename(path, `${path}.1`);
    await appendFile(`${path}.1`, 'two\n');
    await sleep(LOOK);
    // The new file exists, and the server still writes to the old one.
    await writeFile(path, '');
    await sleep(LOOK);
    await appendFile(`${path}.1`, 'three\n');
    await log.reaches(['one\ntwo\nthree\n']);
    // One of the server's processes writes to the new one, another still to the old one.
    await appendFile(path, 'four\n');
    await sleep(LOOK);
    await appendFile(`${path}.1`, 'late\n');
    await log.reaches(['one\ntwo\nthree\nlate\n', 'four\n']);
  });

  it('restarts after it was copied and truncated', async (test) => {
    const path = join(folder, 'cut.log');
    await writeFile(path, 'one\ntwo\n');
    const log = new Followed(test, path);
    await log.reaches(['one\ntwo\n']);
    await copyFile(path, `${path}.1`);
    await truncate(path);
    await sleep(LOOK);
    await appendFile(path, 'three\n');
    await log.reaches(['one\ntwo\n', 'three\n']);
  });

  it('ends at once when it is stopped, even while the file does not exist', async (test) => {
    const path = join(folder, 'stopped.log');
    await new Followed(test, path).stop();
    await writeFile(path, 'one\n');
    const log = new Followed(test, path);
    await log.reaches(['one\n']);
    await log.stop();
    assert.deepEqual(log.generations, ['one\n']);
  });

  it('that cannot be read is an error', async () => {
    await writeFile(join(folder, 'file'), '');
    const logs = generationsOf(join(folder, 'file', 'inside'), new AbortController().signal);
    await assert.rejects(logs.next(), /inside cannot be read: ENOTDIR/);
  });
});
