import assert from 'node:assert/strict';
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { FollowedTexts } from '../../../test/fixtures/followed-texts.ts';
import { scaledTimeout, until } from '../../../test/fixtures/scaled-timeout.ts';
import { temporaryFolder } from '../../../test/fixtures/temporary.ts';

/** `first` and `second`, compressed by xz. */
const XZ = '/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQAMZmlyc3QKc2Vjb25kCgAAAABsPc58h/0pFgABJQ1xGcS2H7bzfQEAAAAABFla';
/** Longer than several scans, in milliseconds. */
const LOOK = 150;

/** A folder for logs, with one that is written to. */
function logFolder(test: TestContext) {
  const folder = temporaryFolder(test);
  const path = join(folder, 'access.log');
  const follow = (options: Partial<ConstructorParameters<typeof FollowedTexts>[1]> = {}) =>
    new FollowedTexts(test, { files: [path], dataDir: join(folder, 'data'), ...options });
  return { folder, path, follow };
}

describe('a follower', { timeout: scaledTimeout(30_000), concurrency: true }, () => {
  it('reads a log and what is appended to it, even if the log is created later', async (test) => {
    const { path, follow } = logFolder(test);
    const logs = follow();
    await sleep(LOOK);
    assert.deepEqual(logs.texts, []);
    writeFileSync(path, 'one\n');
    await logs.reaches('one\n');
    appendFileSync(path, 'two\nthr');
    await logs.reaches('one\ntwo\nthr');
    appendFileSync(path, 'ee\n');
    await logs.reaches('one\ntwo\nthree\n');
  });

  it('reads a renamed log to its end, while its server still writes to it', async (test) => {
    const { path, follow } = logFolder(test);
    writeFileSync(path, 'one\n');
    const logs = follow();
    await logs.reaches('one\n');
    renameSync(path, `${path}.1`);
    writeFileSync(path, 'two\n');
    await logs.reaches('one\n', 'two\n');
    appendFileSync(`${path}.1`, 'late\n');
    await logs.reaches('one\nlate\n', 'two\n');
    assert.deepEqual(logs.lost, []);
  });

  it('reads the rest of a truncated log from its copy, even if the new log is longer right away', async (test) => {
    const { path, follow } = logFolder(test);
    writeFileSync(path, 'one\n');
    const logs = follow({ times: { poll: 100 } });
    await logs.reaches('one\n');
    appendFileSync(path, 'two\n');
    copyFileSync(path, `${path}.1`);
    writeFileSync(path, 'a new log\n');
    await logs.reaches('one\ntwo\n', 'a new log\n');
    assert.deepEqual(logs.lost, []);
  });

  it('recognizes a new log that begins like the one before, and is longer', async (test) => {
    const { path, follow } = logFolder(test);
    const head = `${'the same line\n'.repeat(400)}`;
    writeFileSync(path, `${head}one\n`);
    const logs = follow();
    await logs.reaches(`${head}one\n`);
    copyFileSync(path, `${path}.1`);
    writeFileSync(path, `${head}two\nthree\n`);
    await logs.reaches(`${head}one\n`, `${head}two\nthree\n`);
    assert.deepEqual(logs.lost, []);
  });

  it('reads rotated siblings, compressed or not, and each log once', async (test) => {
    const { folder, path, follow } = logFolder(test);
    writeFileSync(path, 'four\n');
    writeFileSync(`${path}.1`, 'three\n');
    writeFileSync(`${path}.2.gz`, gzipSync('two\n'));
    writeFileSync(join(folder, 'access-20261130.log'), 'one\n');
    // A copy that is not complete.
    writeFileSync(`${path}.3`, 'fo');
    writeFileSync(join(folder, 'other.log'), 'other\n');
    await follow().reaches('one\n', 'two\n', 'three\n', 'four\n');
  });

  it('reads the rotated siblings of a file behind a symbolic link', async (test) => {
    const { folder, path, follow } = logFolder(test);
    const pod = join(folder, 'pods', 'web');
    mkdirSync(pod, { recursive: true });
    symlinkSync(join(pod, '0.log'), path);
    writeFileSync(join(pod, '0.log'), 'one\n');
    const first = follow();
    await first.reaches('one\n');
    await first.stop();
    writeFileSync(join(pod, '0.log.20261130-100000'), 'one\ntwo\n');
    writeFileSync(join(pod, '0.log'), 'three\n');
    writeFileSync(join(pod, 'access-20261129.log'), 'zero\n');
    const second = follow();
    await second.reaches('zero\n', 'one\ntwo\n', 'three\n');
    assert.deepEqual(second.lost, []);
  });

  it('reads rotated siblings of any compression, and the rest of a log from them', async (test) => {
    const { folder, path, follow } = logFolder(test);
    writeFileSync(path, 'one\n');
    const first = follow();
    await first.reaches('one\n');
    await first.stop();
    writeFileSync(join(folder, 'access.log.1.zst'), zstdCompressSync('one\ntwo\n'));
    writeFileSync(join(folder, 'access.log.2.br'), brotliCompressSync('a brotli\n'));
    writeFileSync(join(folder, 'access.log.3.xz'), Buffer.from(XZ, 'base64'));
    writeFileSync(join(folder, 'access.log.4.gz'), gzipSync(Buffer.from('\uFEFFwide\n', 'utf16le')));
    writeFileSync(path, 'three\n');
    const second = follow();
    await second.reaches('a brotli\n', 'first\nsecond\n', 'one\ntwo\n', 'three\n', 'wide\n');
    assert.deepEqual([second.lost, second.unreadable], [[], []]);
  });

  it('waits until a file is completely compressed', async (test) => {
    const { path, follow } = logFolder(test);
    const whole = gzipSync(Buffer.from(Array.from({ length: 20_000 }, (_, i) => `line ${i * i}\n`).join('')));
    writeFileSync(`${path}.1.gz`, whole.subarray(0, whole.length / 2));
    const logs = follow();
    await sleep(LOOK);
    assert.deepEqual(logs.texts, []);
    appendFileSync(`${path}.1.gz`, whole.subarray(whole.length / 2));
    await until('the whole log', () => logs.texts[0]?.endsWith(`line ${19_999 ** 2}\n`) ?? false);
  });

  it('reports files that it cannot read', async (test) => {
    const { path, follow } = logFolder(test);
    writeFileSync(path, 'one\n');
    const files = {
      [`${path}.1.zip`]: Buffer.from('377abcaf271c0004', 'hex'),
      [`${path}.2.gz`]: Buffer.from('not compressed\n'),
      [`${path}.3`]: Buffer.from('\uFEFFtwo\n', 'utf16le'),
      [`${path}.4.xz`]: Buffer.from('fd377a585a0000', 'hex'),
    };
    for (const [file, content] of Object.entries(files)) writeFileSync(file, content);
    const logs = follow({ times: { rotatedIdle: 0 } });
    await logs.reaches('one\n');
    await until('the files', () => new Set(logs.unreadable).size === 4);
    assert.deepEqual(new Set(logs.unreadable), new Set(Object.keys(files)));
  });

  it('reports how many bytes are lost if no file has the rest of a log', async (test) => {
    const { path, follow } = logFolder(test);
    writeFileSync(path, 'one\n');
    const logs = follow();
    await logs.reaches('one\n');
    truncateSync(path);
    await until('the loss', () => logs.lost.length > 0);
    writeFileSync(path, 'two\n');
    await logs.reaches('one\n', 'two\n');
    const [{ name, read, unread }] = logs.lost as [(typeof logs.lost)[0]];
    assert.deepEqual([logs.lost.length, name, read, unread], [1, 'access.log', 4, 0]);
  });

  it('reports what was lost while no follower ran', async (test) => {
    const { path, follow } = logFolder(test);
    writeFileSync(path, 'one\n');
    const first = follow();
    await first.reaches('one\n');
    await first.stop();
    rmSync(path);
    writeFileSync(path, 'two\n');
    const second = follow();
    await second.reaches('two\n');
    await until('the loss', () => second.lost.length > 0);
    assert.deepEqual([second.lost[0]!.name, second.lost[0]!.read], ['access.log', 4]);
    await second.stop();
    const third = follow();
    await third.reaches('two\n');
    await sleep(LOOK * 4);
    assert.deepEqual(third.lost, [], 'a loss is reported once');
  });

  it('follows a file that is specified twice once, also after a restart', async (test) => {
    const { path, follow } = logFolder(test);
    writeFileSync(path, 'one\n');
    for (let start = 0; start < 2; start++) {
      const logs = follow({ files: [path, path] });
      await logs.reaches('one\n');
      await sleep(LOOK * 4);
      await logs.stop();
      assert.deepEqual([logs.lost, logs.texts], [[], ['one\n']]);
    }
  });

  it('reports nothing about a rotated log that was read before it was removed', async (test) => {
    const { path, follow } = logFolder(test);
    writeFileSync(path, 'two\n');
    writeFileSync(`${path}.1`, 'one\n');
    const first = follow();
    await first.reaches('one\n', 'two\n');
    await first.stop();
    rmSync(`${path}.1`);
    const second = follow();
    await second.reaches('two\n');
    await sleep(LOOK * 4);
    assert.deepEqual(second.lost, []);
  });

  it('does not read a complete log again, unless the store lost it, or it has grown', async (test) => {
    const { path, follow } = logFolder(test);
    const times = { rotatedIdle: 50 };
    writeFileSync(path, 'two\n');
    writeFileSync(`${path}.1`, 'one\n');
    const first = follow({ times });
    await first.reaches('one\n', 'two\n');
    await sleep(LOOK);
    await first.stop();
    renameSync(`${path}.1`, `${path}.2`);
    const second = follow({ times });
    await second.reaches('two\n');
    appendFileSync(`${path}.2`, 'late\n');
    await second.reaches('one\nlate\n', 'two\n');
    await sleep(LOOK);
    await second.stop();
    await follow({ times, isImported: false }).reaches('one\nlate\n', 'two\n');
  });

  it('reads the rest of a log that was compressed while no follower ran', async (test) => {
    const { path, follow } = logFolder(test);
    writeFileSync(path, 'one\n');
    const first = follow();
    await first.reaches('one\n');
    await first.stop();
    writeFileSync(`${path}.1.gz`, gzipSync('one\ntwo\n'));
    writeFileSync(path, 'three\n');
    const second = follow();
    await second.reaches('one\ntwo\n', 'three\n');
    await sleep(LOOK * 4);
    assert.deepEqual(second.lost, []);
  });

  it('follows all files of a pattern, including new ones', async (test) => {
    const { folder, follow } = logFolder(test);
    writeFileSync(join(folder, 'a.log'), 'a\n');
    writeFileSync(join(folder, 'a.log.1'), 'before a\n');
    const logs = follow({ files: [join(folder, '*.log')] });
    await logs.reaches('a\n', 'before a\n');
    writeFileSync(join(folder, 'b.log'), 'b\n');
    await logs.reaches('a\n', 'before a\n', 'b\n');
    appendFileSync(join(folder, 'a.log'), 'more\n');
    await logs.reaches('a\nmore\n', 'before a\n', 'b\n');
  });

  it('lets logs take turns if there are more than it reads at a time, even as they grow', async (test) => {
    const { folder, follow } = logFolder(test);
    const names = ['a', 'b', 'c', 'd', 'e'];
    for (const name of names) writeFileSync(join(folder, `${name}.log`), `${name}\n`);
    const logs = follow({ files: [join(folder, '*.log')], mostRunning: 2, times: { crowdedIdle: 10 } });
    await until('each log', () => names.every((name) => logs.texts.includes(`${name}\n`)));
    for (const name of names) appendFileSync(join(folder, `${name}.log`), 'more\n');
    await until('what was added', () => names.every((name) => logs.texts.includes(`${name}\nmore\n`)));
    assert.deepEqual(logs.lost, []);
  });

  it('ends immediately when it is stopped', async (test) => {
    const { path, follow } = logFolder(test);
    await follow().stop();
    writeFileSync(path, 'one\n');
    const logs = follow();
    await logs.reaches('one\n');
    await logs.stop();
    assert.deepEqual(logs.texts, ['one\n']);
  });
});
