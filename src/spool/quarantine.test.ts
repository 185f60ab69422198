import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { type FileHandle, open, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { scaledTimeout, until } from '../../test/fixtures/scaled-timeout.ts';
import { Lines, pathsIn, Shelf } from '../../test/fixtures/shelf.ts';
import { append, batchOf, hits, openSpool } from '../../test/fixtures/spool.ts';
import { HitError } from '../errors.ts';
import { fileOf, nameOf, type Segment } from './segment.ts';
import type { Sink } from './sink.ts';
import { Spool } from './spool.ts';

const options = { timeout: scaledTimeout(60_000) };

/** A sink that refuses batches with a hit of certain paths, and keeps the others. */
class Picky implements Sink {
  readonly name = 'Picky';
  readonly taken: string[][] = [];
  readonly ids: bigint[] = [];
  refused: RegExp | undefined;

  constructor(refused?: RegExp) {
    this.refused = refused;
  }

  async deliver({ id, path }: Segment): Promise<void> {
    const paths = pathsIn(await readFile(path));
    if (paths.some((each) => this.refused?.test(each)))
      throw new HitError('batch_rejected', 'it has a hit that is not liked');
    this.taken.push(paths);
    this.ids.push(id);
  }
}

/** Files of the spool that are not of the operator. */
function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(rows|noted|note|json)$/.test(file))
    .map((file) => file.replace(/\d{13}-[0-9a-f]{6}\.v\d+/, 'N'))
    .sort();
}

test(
  'a batch that a sink refuses is set aside, the next ones go on, and it comes back with a new id',
  options,
  async (t) => {
    const picky = new Picky(/hit-1$/);
    const { folder, spool, log } = await openSpool(t, { sinks: [picky] });
    await append(spool, '/hit-1');
    await spool.flush();
    await append(spool, '/hit-2');
    await spool.flush();
    assert.deepEqual(picky.taken, [['/hit-2']]);
    assert.deepEqual(filesIn(folder), ['quarantine/Picky/N.rows', 'quarantine/Picky/N.rows.json']);
    assert.equal(spool.bytes, 0);
    const [aside] = spool.quarantine.batches;
    assert.equal(spool.quarantine.bytes, aside!.bytes);
    assert.deepEqual(
      [aside!.sink, aside!.hits, aside!.reason],
      ['Picky', 1, 'it has a hit that is not liked'],
    );
    assert.deepEqual(spool.failing, []);
    assert.match(log.all.join('\n'), /Picky: batch \d+ with 1 hits is refused and set aside/);
    picky.refused = undefined;
    const [first, second] = await Promise.all([spool.requeue(), spool.requeue()]);
    assert.equal(first.length + second.length, 1);
    await spool.flush();
    assert.deepEqual(picky.taken, [['/hit-2'], ['/hit-1']]);
    assert.ok(picky.ids[1]! > picky.ids[0]!);
    assert.deepEqual(filesIn(folder), []);
    assert.deepEqual([spool.quarantine.bytes, spool.bytes], [0, 0]);
  },
);

test('a batch that is refused again is set aside again', options, async (t) => {
  const picky = new Picky(/hit-1$/);
  const { folder, spool } = await openSpool(t, { sinks: [picky] });
  await append(spool, '/hit-1');
  await spool.flush();
  assert.equal((await spool.requeue()).length, 1);
  await spool.flush();
  assert.deepEqual(filesIn(folder), ['quarantine/Picky/N.rows', 'quarantine/Picky/N.rows.json']);
  assert.equal(spool.quarantine.hits, 1);
});

test(
  'what is set aside for one sink gets to the other once, whenever the process ends',
  options,
  async (t) => {
    const [picky, shelf] = [new Picky(/hit-1$/), new Shelf()];
    shelf.shut();
    const { folder, spool } = await openSpool(t, { sinks: [picky, shelf] });
    await append(spool, '/hit-1');
    await spool.flush();
    await append(spool, '/hit-2');
    await spool.flush();
    // The other one does not have it yet: it would get it twice.
    assert.deepEqual(await spool.requeue(), []);
    await Promise.all([spool.close(0), Promise.resolve().then(() => shelf.letIn())]);

    const [again, other] = [new Picky(), new Shelf()];
    const log = new Lines();
    const sinks = [again, other];
    const next = await Spool.open({ folder, durability: 'disk', maxBytes: 2 ** 30, sinks, log });
    await until('the other sink has the batches', () => next.bytes === 0);
    assert.equal(next.quarantine.hits, 1);
    assert.ok(!again.taken.flat().includes('/hit-1'));
    const whole = [...shelf.paths, ...other.paths];
    assert.equal((await next.requeue()).length, 1);
    // The process ends here, before it is delivered, or after that.
    await next.close(0);
    const [last, third] = [new Picky(), new Shelf()];
    await using end = await Spool.open({
      folder,
      durability: 'disk',
      maxBytes: 2 ** 30,
      sinks: [last, third],
      log,
    });
    await until('everything is delivered', () => end.bytes === 0);
    assert.deepEqual(
      [...again.taken, ...last.taken].flat().filter((path) => path === '/hit-1'),
      ['/hit-1'],
    );
    assert.deepEqual([...new Set([...whole, ...third.paths])].sort(), ['/hit-1', '/hit-2']);
    assert.deepEqual(third.paths, []);
    assert.deepEqual(filesIn(folder), []);
  },
);

test(
  'a start after the batch was set aside, and before it left the spool, delivers it no more',
  options,
  async (t) => {
    const picky = new Picky(/hit-1$/);
    const { folder, spool } = await openSpool(t, { sinks: [picky] });
    await append(spool, '/hit-1');
    await spool.flush();
    const [aside] = spool.quarantine.batches;
    await spool.close();
    writeFileSync(join(folder, basename(aside!.path)), await readFile(aside!.path));
    const log = new Lines();
    const next = new Picky();
    await using again = await Spool.open({
      folder,
      durability: 'disk',
      maxBytes: 2 ** 30,
      sinks: [next],
      log,
    });
    await again.flush();
    assert.deepEqual(next.taken, []);
    assert.equal(again.quarantine.hits, 1);
    assert.equal(existsSync(join(folder, basename(aside!.path))), false);
  },
);

test(
  'what is set aside takes at most a quarter of the spool, and beyond that batches wait',
  options,
  async (t) => {
    const picky = new Picky(/hit/);
    const { spool, log } = await openSpool(t, { sinks: [picky], maxBytes: 4 * batchOf(hits(0, 1)).length });
    await append(spool, '/hit-1');
    await spool.flush();
    await append(spool, '/hit-2');
    const flushed = spool.flush();
    await until('the second one finds no room', () =>
      log.all.some((line) => /no room to set it aside/.test(line)),
    );
    assert.equal(spool.quarantine.hits, 1);
    assert.equal(spool.backlog, 1);
    picky.refused = undefined;
    await flushed;
    assert.deepEqual(picky.taken, [['/hit-2']]);
  },
);

test(
  'a batch of an import is set aside with its records, and comes back with the next import only',
  options,
  async (t) => {
    const picky = new Picky(/hit-1$/);
    const { folder, spool } = await openSpool(t, { sinks: [picky] });
    await spool.add([batchOf(['/hit-1'])], [{ chunk: 1 }], 1);
    await spool.flush();
    assert.deepEqual(filesIn(folder), [
      'quarantine/Picky/N.note',
      'quarantine/Picky/N.noted',
      'quarantine/Picky/N.noted.json',
    ]);
    assert.deepEqual(await spool.requeue(), []);
  },
);

test(
  'a batch that cannot be set aside durably is retried, and is not set aside after a start',
  options,
  async (t) => {
    const picky = new Picky(/hit-1$/);
    const { folder, spool } = await openSpool(t, { sinks: [picky] });
    await using handle = await open('.', 'r');
    const prototype = Object.getPrototypeOf(handle);
    const { sync } = prototype;
    const { mock } = t.mock.method(prototype, 'sync', async function (this: FileHandle) {
      if (!filesIn(folder).includes('quarantine/Picky/N.rows')) return sync.call(this);
      // The cause is removed before the next attempt.
      picky.refused = undefined;
      throw new Error('the disk fails');
    });
    await append(spool, '/hit-1');
    await spool.flush();
    mock.restore();
    assert.equal(picky.refused, undefined);
    assert.deepEqual(picky.taken, [['/hit-1']]);
    await spool.close();
    const { spool: again } = await openSpool(t, { folder, sinks: [picky] });
    assert.deepEqual(again.quarantine.batches, []);
    assert.deepEqual(filesIn(folder), []);
  },
);

test('a batch whose reason is lost is known by its file', options, async (t) => {
  const { folder, spool } = await openSpool(t);
  await spool.close();
  const place = join(folder, 'quarantine', 'shelf');
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, fileOf(nameOf(1_790_000_000_000, 7, 'rows'))), batchOf(hits(0, 3)));
  const { spool: again } = await openSpool(t, { folder });
  const [aside] = again.quarantine.batches;
  assert.deepEqual([aside!.sink, aside!.hits, aside!.reason], ['shelf', 3, '']);
});
