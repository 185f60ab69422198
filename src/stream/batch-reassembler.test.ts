import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { hitOf } from '../../test/fixtures/hit.ts';
import { rounds } from '../../test/fixtures/rounds.ts';
import { BatchReassembler, BEGINNING, type FlushBatch, type Position } from './batch-reassembler.ts';
import { writeRecord } from './record.ts';

const RUN = 4242;
const NOW = Date.UTC(2026, 10, 24);
const DAY = 86_400_000;

interface Line {
  readonly value: string;
  readonly timestamp: number;
}

/** The records of a batch: hits of paths `/run-batch-at`. */
function batchOf(run: number, sequence: number, of: number, timestamp = NOW): Line[] {
  const batch = String((BigInt(sequence) << 22n) | BigInt(run));
  return Array.from({ length: of }, (_, at) => ({
    value: writeRecord(hitOf({ path: `/${run}-${sequence}-${at}` }), { batch, at, of }),
    timestamp,
  }));
}

function feed(assembly: BatchReassembler, lines: readonly Line[], from = 0): void {
  for (let i = from; i < lines.length; i++) assembly.add({ offset: BigInt(i), ...lines[i]! });
}

function pathsOf({ batches }: FlushBatch): string[] {
  return batches.flatMap(({ hits }) => hits.map(({ path }) => path));
}

/** A store like the real one: it keeps each batch once, and the furthest position. */
class Shelf {
  readonly batches = new Map<bigint, string[]>();
  position: Position = BEGINNING;

  take(portion: FlushBatch, isKept: boolean): void {
    for (const batch of portion.batches) {
      const paths = batch.hits.map(({ path }) => path);
      const known = this.batches.get(batch.id);
      if (known) assert.deepEqual(paths, known, 'a batch of one id is one batch');
      this.batches.set(batch.id, paths);
    }
    if (isKept && portion.position.end >= this.position.end) this.position = portion.position;
  }
}

describe('the batches of a partition', () => {
  test('are complete when all of their records have arrived, in order of time', () => {
    const assembly = new BatchReassembler(RUN, BEGINNING);
    const lines = batchOf(1, 10, 3);
    feed(assembly, lines.slice(0, 2));
    assert.equal(assembly.readyHits, 0);
    assembly.add({ offset: 2n, ...lines[2]! });
    const { batches, hits, position } = assembly.flushBatch();
    assert.equal(hits, 3);
    assert.equal(batches[0]!.id, (BigInt(NOW) << 22n) | BigInt(RUN));
    assert.deepEqual([position.offset, position.end], [3n, 3n]);
  });

  test('that were published again are accepted once', () => {
    const [whole, part] = [batchOf(1, 10, 3), batchOf(1, 11, 4)];
    const assembly = new BatchReassembler(RUN, BEGINNING);
    feed(assembly, [...whole, ...whole, ...part.slice(0, 2), ...part, ...whole]);
    const portion = assembly.flushBatch();
    assert.deepEqual(pathsOf(portion).length, 7);
    assert.equal(new Set(pathsOf(portion)).size, 7);
    assert.equal(assembly.duplicates, 3 + 2 + 3);
  });

  test('keep the position at the oldest incomplete one', () => {
    const assembly = new BatchReassembler(RUN, BEGINNING);
    feed(assembly, [...batchOf(1, 10, 2), ...batchOf(2, 5, 2).slice(0, 1), ...batchOf(1, 11, 2)]);
    const { position } = assembly.flushBatch();
    assert.deepEqual([position.offset, position.end], [2n, 5n]);
  });

  test('that stay incomplete are given up when their node continues, or after a day, and reported', () => {
    const assembly = new BatchReassembler(RUN, BEGINNING);
    feed(assembly, [...batchOf(1, 10, 5).slice(0, 2), ...batchOf(1, 11, 1)]);
    assert.deepEqual(
      assembly.flushBatch().batches.map(({ hits, missing }) => [hits.length, missing]),
      [
        [2, 3],
        [1, 0],
      ],
    );
    const later = new BatchReassembler(RUN, BEGINNING);
    feed(later, [...batchOf(1, 10, 5).slice(0, 2), ...batchOf(2, 1, 1, NOW + DAY)]);
    assert.deepEqual(
      later.flushBatch().batches.map(({ missing }) => missing),
      [0, 3],
    );
  });

  test('have ascending numbers even if clocks go back', () => {
    const assembly = new BatchReassembler(RUN, BEGINNING);
    const times = [NOW, NOW - 5000, NOW, Date.UTC(3000, 0), NOW];
    feed(
      assembly,
      times.flatMap((time, i) => batchOf(i, 1, 1, time)),
    );
    const ids = assembly.flushBatch().batches.map(({ id }) => id);
    assert.ok(ids.every((id, i) => i === 0 || id > ids[i - 1]!));
    assert.ok(ids.every((id) => id < 2n ** 64n));
  });

  test('are unaffected by dead letters, which are reported once', () => {
    const odd = { value: 'odd', timestamp: NOW };
    const lines = [odd, ...batchOf(1, 10, 2).slice(0, 1), odd];
    const first = new BatchReassembler(RUN, BEGINNING);
    const told = lines.map((line, i) => first.add({ offset: BigInt(i), ...line })?.code);
    assert.deepEqual(told, ['invalid', undefined, 'invalid']);
    const { position } = first.flushBatch();
    assert.equal(position.offset, 1n);
    const second = new BatchReassembler(RUN, position);
    assert.equal(second.add({ offset: 1n, ...lines[1]! }), undefined);
    assert.equal(second.add({ offset: 2n, ...odd }), undefined, 'it was told before');
    assert.equal(second.add({ offset: 3n, ...odd })?.code, 'invalid');
  });

  test('forget nodes that are long gone, and no others', () => {
    const assembly = new BatchReassembler(RUN, BEGINNING);
    feed(assembly, [...batchOf(1, 10, 1), ...batchOf(2, 10, 1, NOW + 39 * DAY)]);
    assert.equal(assembly.flushBatch().position.runs.size, 2);
    const next = new BatchReassembler(RUN, { ...assembly.flushBatch().position });
    next.add({ offset: 2n, ...batchOf(3, 1, 1, NOW + 41 * DAY)[0]! });
    assert.deepEqual([...next.flushBatch().position.runs.keys()], [2, 3]);
  });

  /** The publications of one segment: complete in the end, after partial attempts. */
  const segment = fc.record({
    run: fc.integer({ min: 0, max: 3 }),
    of: fc.integer({ min: 1, max: 6 }),
    tries: fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 3 }),
  });
  /** Progress of consumers: number of records, whether they are stored, and whether the position is too. */
  const step = fc.record({ records: fc.integer({ min: 0, max: 8 }), kept: fc.boolean(), dies: fc.boolean() });

  test('are stored once each, however nodes and consumers die', () => {
    fc.assert(
      fc.property(
        fc.array(segment, { maxLength: 12 }),
        fc.array(fc.nat(), { maxLength: 100 }),
        fc.array(step, { minLength: 1, maxLength: 30 }),
        (segments, turns, steps) => {
          const lines = interleaved(segments, turns);
          const shelf = new Shelf();
          // Two consumers: one owns the partition, the other still believes that it does.
          let assembly = new BatchReassembler(RUN, shelf.position);
          let zombie = assembly;
          for (const { records, kept, dies } of steps) {
            feedSome(assembly, lines, records);
            shelf.take(assembly.flushBatch(), kept && !dies);
            feedSome(zombie, lines, 2);
            shelf.take(zombie.flushBatch(), kept);
            if (!dies) continue;
            zombie = assembly;
            assembly = new BatchReassembler(RUN, shelf.position);
          }
          const last = new BatchReassembler(RUN, shelf.position);
          feedSome(last, lines, lines.length);
          shelf.take(last.flushBatch(), true);
          const stored = [...shelf.batches.values()].flat();
          const wanted = new Set(lines.map(({ value }) => JSON.parse(value).path));
          assert.equal(stored.length, new Set(stored).size, 'stored twice');
          assert.deepEqual(new Set(stored), wanted);
        },
      ),
      { seed: 20261124, numRuns: rounds(500, 120) },
    );
  });

  function feedSome(assembly: BatchReassembler, lines: readonly Line[], count: number): void {
    for (let n = 0; n < count && assembly.end < lines.length; n++) {
      assembly.add({ offset: assembly.end, ...lines[Number(assembly.end)]! });
    }
  }

  /** The nodes' records, each in its order, interleaved as in the partition. */
  function interleaved(
    segments: readonly { run: number; of: number; tries: readonly number[] }[],
    turns: readonly number[],
  ): Line[] {
    const byRun = new Map<number, Line[]>();
    for (const [sequence, { run, of, tries }] of segments.entries()) {
      const batch = batchOf(run, sequence, of);
      const lines = byRun.get(run) ?? [];
      for (const length of tries) lines.push(...batch.slice(0, length));
      lines.push(...batch);
      byRun.set(run, lines);
    }
    const lines: Line[] = [];
    for (let i = 0; byRun.size > 0; i++) {
      const runs = [...byRun.keys()];
      const run = runs[(turns[i % Math.max(1, turns.length)] ?? 0) % runs.length]!;
      const own = byRun.get(run)!;
      lines.push({ ...own.shift()!, timestamp: NOW + ((i * 7919) % 1000) });
      if (own.length === 0) byRun.delete(run);
    }
    return lines;
  }
});

describe('a hit with an impossible time', () => {
  const batchAt = (sequence: number, times: readonly number[]): Line[] =>
    times.map((time, at) => ({
      value: writeRecord(hitOf({ path: `/${sequence}-${at}`, time }), {
        ...{ batch: String((BigInt(sequence) << 22n) | 1n), at, of: times.length },
      }),
      timestamp: NOW,
    }));
  const SKEW = 10 * 60_000;

  test('is refused with the reason, and the rest of its batch is stored', () => {
    const assembly = new BatchReassembler(RUN, BEGINNING, () => NOW);
    const times = [NOW - DAY, NOW + SKEW + 1, NOW + SKEW, Date.UTC(1989, 11, 31), NOW];
    const faults = batchAt(10, times).map((line, i) => assembly.add({ offset: BigInt(i), ...line })?.message);
    assert.deepEqual(
      faults.map((fault) => fault?.replace(/Z is .*/, 'Z')),
      [
        undefined,
        'the hit cannot be counted: time 2026-11-24T00:10:00.001Z',
        undefined,
        'the hit cannot be counted: time 1989-12-31T00:00:00.000Z',
        undefined,
      ],
    );
    const { batches } = assembly.flushBatch();
    assert.deepEqual(
      batches.map(({ hits, missing }) => [hits.map(({ path, time }) => [path, time]), missing]),
      [
        [
          [
            ['/10-0', NOW - DAY],
            ['/10-2', NOW],
            ['/10-4', NOW],
          ],
          0,
        ],
      ],
    );
  });

  test('leaves no empty batch behind, and the next one follows', () => {
    const assembly = new BatchReassembler(RUN, BEGINNING, () => NOW);
    const lines = [...batchAt(10, [Date.UTC(2036, 0), Date.UTC(2298, 0)]), ...batchAt(11, [NOW])];
    for (const [i, line] of lines.entries()) assembly.add({ offset: BigInt(i), ...line });
    const portion = assembly.flushBatch();
    assert.deepEqual(pathsOf(portion), ['/11-0']);
    assert.equal(portion.position.offset, 3n);
  });

  test('is reported once, even if its batch is published again', () => {
    const assembly = new BatchReassembler(RUN, BEGINNING, () => NOW);
    const lines = batchAt(10, [NOW, Date.UTC(2036, 0)]);
    const faults = [...lines, ...lines].map((line, i) => assembly.add({ offset: BigInt(i), ...line }));
    assert.deepEqual(faults.map(Boolean), [false, true, false, false]);
    assert.equal(assembly.duplicates, 2);
  });
});
