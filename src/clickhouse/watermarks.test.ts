import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import { Clients } from './clients.ts';
import { coveredBy, readWatermarks, type Watermarks, writerOf, writerSql } from './watermarks.ts';

const WRITER_BITS = 22n;
const batchOf = (time: bigint, writer: number) => (time << WRITER_BITS) | BigInt(writer);

/** Writers and times that often coincide. */
const someWatermarks = fc
  .array(fc.tuple(fc.constantFrom(0, 1, 7, 4_194_303), fc.bigInt(1n, 2n ** 42n - 1n)), { maxLength: 6 })
  .map((entries) => new Map(entries.map(([writer, time]) => [writer, batchOf(time, writer)])));

function isCovered(watermarks: Watermarks, writer: number, batch: bigint): boolean {
  return batch <= (watermarks.get(writer) ?? 0n);
}

describe('watermarks', () => {
  test('cover the batches of each writer up to its last', { timeout: scaledTimeout(60_000) }, async (t) => {
    const clients = Clients.embedded(temporaryFolder(t));
    t.after(() => clients.close());
    await fc.assert(
      fc.asyncProperty(someWatermarks, async (watermarks) => {
        const writers = [0, 1, 2, 7, 4_194_303];
        const batches = [...watermarks.values()]
          .flatMap((last) => [last - 2n ** WRITER_BITS, last, last + 2n ** WRITER_BITS])
          .filter((batch) => batch > 0n && batch < 2n ** 64n)
          .concat(writers.map((writer) => batchOf(5n, writer)));
        const wanted = batches.map((batch) => isCovered(watermarks, writerOf(batch), batch));
        const query = `SELECT ${coveredBy(watermarks)} AS covered, ${writerSql()} AS writer
          FROM (SELECT arrayJoin([${batches.join(',')}]::Array(UInt64)) AS batch)`;
        const result = await clients.writer.query({ query, format: 'JSONEachRow' });
        const rows = await result.json<{ covered: number | boolean; writer: number | string }>();
        assert.deepEqual(
          rows.map(({ covered, writer }) => [Boolean(covered), Number(writer)]),
          batches.map((batch, i) => [wanted[i], writerOf(batch)]),
        );
      }),
      { numRuns: 40, seed: 3 },
    );
  });

  test('are read from rows with numbers, as text or not', () => {
    assert.deepEqual(
      readWatermarks([
        { writer: '7', last: '18446744073709551615' },
        { writer: 8, last: 5 },
      ]),
      new Map([
        [7, 2n ** 64n - 1n],
        [8, 5n],
      ]),
    );
  });
});
