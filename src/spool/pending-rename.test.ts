import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { rounds } from '../../test/fixtures/rounds.ts';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { pathsIn, Shelf } from '../../test/fixtures/shelf.ts';
import { append, batchOf, hits, openSpool } from '../../test/fixtures/spool.ts';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import { PendingRename } from './pending-rename.ts';
import { batchId, parseName, type Segment } from './segment.ts';
import { linkSegments } from './segment-links.ts';

const options = { timeout: scaledTimeout(60_000) };

/** A sink that delays each delivery, and records each segment. */
class SlowShelf extends Shelf {
  readonly segments: Segment[] = [];
  turns = 0;

  override async deliver(segment: Segment): Promise<void> {
    for (let i = 0; i < this.turns; i++) await nextTurn();
    this.segments.push(segment);
    await super.deliver(segment);
  }
}

function isAscending(ids: readonly bigint[]): boolean {
  return ids.every((id, i) => i === 0 || ids[i - 1]! < id);
}

describe('ids', () => {
  test('ascend in delivery order if an import overtakes earlier hits', options, async (t) => {
    // However slow the machine is, the segment of the earlier hits is not finished by its time.
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { spool, shelf } = await openSpool(t);
    for (const path of hits(0, 10)) await append(spool, path);
    await spool.add([batchOf(hits(10, 50_010))], [{ digest: 'abc' }], 50_000);
    await spool.flush();
    assert.deepEqual(
      shelf.batches.map(({ paths }) => paths.length),
      [50_000, 10],
    );
    assert.ok(isAscending(shelf.attempts));
    assert.deepEqual(shelf.paths.toSorted(), hits(0, 50_010).toSorted());
  });

  test(
    'ascend, and each row is delivered once, however hits, imports and flushes interleave',
    options,
    async (t) => {
      const step = fc.oneof(
        fc.record({ kind: fc.constant('append' as const), count: fc.integer({ min: 1, max: 5 }) }),
        fc.record({ kind: fc.constant('add' as const), count: fc.integer({ min: 0, max: 500 }) }),
        fc.record({ kind: fc.constant('flush' as const), count: fc.constant(0) }),
        fc.record({ kind: fc.constant('turns' as const), count: fc.integer({ min: 1, max: 20 }) }),
      );
      const property = async (steps: { kind: string; count: number }[], failures: number, turns: number) => {
        const shelf = new SlowShelf();
        Object.assign(shelf, { turns, failures });
        const { spool, folder } = await openSpool(t, { sinks: [shelf], durability: 'process' });
        const underWay: Promise<unknown>[] = [];
        let next = 0;
        for (const { kind, count } of steps) {
          const isHits = kind === 'append' || kind === 'add';
          const paths = isHits ? hits(next, next + count) : [];
          next += paths.length;
          if (kind === 'append') underWay.push(...paths.map((path) => append(spool, path)));
          else if (kind === 'add')
            underWay.push(spool.add(count > 0 ? [batchOf(paths)] : [], [{ next }], count));
          else if (kind === 'flush') underWay.push(spool.flush());
          else for (let i = 0; i < count; i++) await nextTurn();
        }
        await Promise.all(underWay);
        await spool.flush();
        assert.deepEqual(shelf.paths.toSorted(), hits(0, next).toSorted());
        assert.ok(isAscending(shelf.batches.map(({ id }) => id)));
        for (const { id, hits: count, kind, records: notes } of shelf.segments) {
          assert.equal(count, shelf.batches.find((batch) => batch.id === id)!.paths.length);
          assert.equal(kind, notes.length > 0 ? 'import' : 'live');
        }
        await spool.close();
        assert.deepEqual(readdirSync(folder), []);
      };
      await fc.assert(
        fc.asyncProperty(
          fc.array(step, { maxLength: 30 }),
          fc.integer({ min: 0, max: 2 }),
          fc.nat(20),
          property,
        ),
        { seed: 1, numRuns: rounds(200, 8, 40) },
      );
    },
  );
});

describe('a crash', () => {
  test(
    'during a delivery is followed by a delivery of the same batch under the same id',
    options,
    async (t) => {
      const copies = temporaryFolder(t);
      const seen: { id: bigint; path: string; paths: string[] }[] = [];
      let folder = '';
      const sink = {
        name: 'witness',
        deliver: async ({ id, path }: Segment) => {
          // As after a kill at this moment.
          cpSync(folder, join(copies, String(id)), { recursive: true });
          seen.push({ id, path, paths: pathsIn(readFileSync(path)) });
        },
      };
      const opened = await openSpool(t, { sinks: [sink] });
      folder = opened.folder;
      const { spool } = opened;
      for (const path of hits(0, 5)) await append(spool, path);
      await spool.add([batchOf(hits(5, 10))], [{ digest: 'abc' }], 5);
      const flushed = spool.flush();
      for (const path of hits(10, 15)) await append(spool, path);
      await flushed;
      await spool.flush();
      assert.ok(seen.length >= 2);
      for (const { id, path, paths } of seen) {
        assert.equal(batchId(parseName(basename(path))!), id);
        const next = await openSpool(t, { folder: join(copies, String(id)) });
        await next.spool.flush();
        assert.deepEqual(next.shelf.batches.find((batch) => batch.id === id)?.paths, paths);
        assert.ok(isAscending(next.shelf.attempts));
        const before = seen.filter((each) => each.id < id).flatMap((each) => each.paths);
        // Everything acknowledged by then and not delivered before is there once.
        assert.deepEqual(new Set(next.shelf.paths).size, next.shelf.paths.length);
        assert.deepEqual(
          next.shelf.paths.filter((each) => before.includes(each)),
          [],
        );
        await next.spool.close();
      }
    },
  );

  test('between two steps of an import leaves the whole batch, or nothing', options, async (t) => {
    const folder = temporaryFolder(t);
    const shelf = new Shelf();
    shelf.shut();
    const { spool } = await openSpool(t, { folder, sinks: [shelf] });
    await spool.add([batchOf(hits(0, 5))], [{ digest: 'abc' }], 5);
    const noted = readdirSync(folder).find((file) => file.endsWith('.noted'))!;
    const note = noted.replace('.noted', '.note');
    const [earlier, earlierNote] = ['0000000000001-00002a.v1.new', '0000000000001-00002a.v1.note'];
    // The files at each step, by their current name.
    const steps: Record<string, string>[] = [
      { [earlierNote]: note },
      { [earlierNote]: note, [earlier]: noted },
      { [note]: note, [earlier]: noted },
      { [note]: note, [noted]: noted },
    ];
    for (const [index, files] of steps.entries()) {
      const copy = join(temporaryFolder(t), 'spool');
      mkdirSync(copy);
      for (const [to, from] of Object.entries(files)) cpSync(join(folder, from), join(copy, to));
      const next = await openSpool(t, { folder: copy });
      await next.spool.flush();
      assert.deepEqual(next.shelf.paths, index === 3 ? hits(0, 5) : []);
      if (index === 3) assert.equal(next.shelf.attempts[0], batchId(parseName(noted)!));
      assert.deepEqual(readdirSync(copy), []);
      assert.deepEqual(next.spool.damage, { segments: 0, bytes: 0, hits: 0 });
      await next.spool.close();
    }
    shelf.letIn();
  });
});

test('a name is made durable once for several sinks, and retried after an error', options, async (t) => {
  const folder = temporaryFolder(t);
  const [from, to] = [join(folder, 'from'), join(folder, 'to')];
  const rename = new PendingRename([{ from, to }]);
  rename.attempt();
  const first = rename.durable();
  assert.equal(rename.durable(), first);
  await assert.rejects(first, { code: 'spool_failed', message: /cannot be renamed: ENOENT/ });
  mkdirSync(from);
  await rename.durable();
  assert.deepEqual(readdirSync(folder), ['to']);
  renameSync(to, from);
  await rename.durable();
  assert.deepEqual(readdirSync(folder), ['from']);
});

test('names within one folder take one sync of it', options, async (t) => {
  const folder = temporaryFolder(t);
  const renames = ['one', 'other'].map((name) => {
    writeFileSync(join(folder, name), '');
    return { from: join(folder, name), to: join(folder, `${name}.new`) };
  });
  await using handle = await open('.', 'r');
  const sync = t.mock.method(Object.getPrototypeOf(handle), 'sync');
  await new PendingRename(renames).durable();
  assert.deepEqual(readdirSync(folder).sort(), ['one.new', 'other.new']);
  assert.equal(sync.mock.callCount(), 1);
});

test(
  'a copy of linked segments, one of them open, contains each acknowledged hit once',
  options,
  async (t) => {
    const { spool, shelf, folder } = await openSpool(t);
    shelf.shut();
    await append(spool, '/hit-0');
    void spool.flush();
    await spool.add([batchOf(hits(1, 4))], [{ digest: 'abc' }], 3);
    await append(spool, '/hit-4');
    const links = join(temporaryFolder(t), 'links');
    linkSegments(folder, links);
    // The linked file grows until it is copied.
    await append(spool, '/hit-5');
    const copy = temporaryFolder(t);
    cpSync(links, copy, { recursive: true });
    const restored = await openSpool(t, { folder: copy });
    await restored.spool.flush();
    assert.deepEqual(restored.shelf.paths, hits(0, 6));
    assert.deepEqual(restored.spool.damage.segments, 0);
    await restored.spool.close();
    shelf.letIn();
    await spool.flush();
    assert.deepEqual(shelf.paths, hits(0, 6));
    // Segments finished by then are the same batch in both.
    assert.deepEqual(
      restored.shelf.batches.slice(0, 2).map(({ id }) => id),
      shelf.batches.slice(0, 2).map(({ id }) => id),
    );
  },
);
