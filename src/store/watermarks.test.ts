import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import { Clients } from './client.ts';
import { coveredBy, joinMarks, type Marks, marksParameters, readMarks } from './marks.ts';

const RUN_BITS = 22n;
const batchOf = (time: bigint, run: number) => (time << RUN_BITS) | BigInt(run);

/** Runs and times that are often the same. */
const someMarks = fc
  .array(fc.tuple(fc.constantFrom(0, 1, 7, 4_194_303), fc.bigInt(1n, 2n ** 42n - 1n)), { maxLength: 6 })
  .map((entries) => new Map(entries.map(([run, time]) => [run, batchOf(time, run)])));

function isCovered(marks: Marks, run: number, batch: bigint): boolean {
  return batch <= (marks.get(run) ?? 0n);
}

describe('marks', () => {
  test('cover the batches of each run up to its last', { timeout: 60_000 }, async (t) => {
    const clients = Clients.embedded(temporaryFolder(t));
    t.after(() => clients.close());
    const asked = async (condition: string, batches: bigint[], query_params: Record<string, string>) => {
      const query = `SELECT ${condition} AS covered FROM (SELECT arrayJoin([${batches.join(',')}]::Array(UInt64)) AS batch)`;
      const result = await clients.writer.query({ query, query_params, format: 'JSONEachRow' });
      return (await result.json<{ covered: number | boolean }>()).map(({ covered }) => Boolean(covered));
    };
    const bound =
      'batch <= transform(bitAnd(batch, 4194303), {runs:Array(UInt64)}, {batches:Array(UInt64)}, toUInt64(0))';
    await fc.assert(
      fc.asyncProperty(someMarks, async (marks) => {
        const runs = [0, 1, 2, 7, 4_194_303];
        const batches = [...marks.values()]
          .flatMap((last) => [last - 2n ** RUN_BITS, last, last + 2n ** RUN_BITS])
          .filter((batch) => batch > 0n && batch < 2n ** 64n)
          .concat(runs.map((run) => batchOf(5n, run)));
        const wanted = batches.map((batch) => isCovered(marks, Number(BigInt.asUintN(22, batch)), batch));
        assert.deepEqual(await asked(coveredBy(marks), batches, {}), wanted);
        assert.deepEqual(await asked(bound, batches, marksParameters(marks)), wanted);
      }),
      { seed: 5, numRuns: 40, examples: [[new Map()], [new Map([[4_194_303, 2n ** 64n - 1n]])]] },
    );
  });

  test('that are joined cover what any of them covers', () => {
    fc.assert(
      fc.property(
        fc.array(someMarks),
        fc.constantFrom(0, 1, 2, 7),
        fc.bigInt(1n, 2n ** 64n),
        (all, run, batch) => {
          assert.equal(
            isCovered(joinMarks(all), run, batch),
            all.some((marks) => isCovered(marks, run, batch)),
          );
        },
      ),
      { seed: 6 },
    );
  });

  test('are read as they are, however large', () => {
    assert.deepEqual(readMarks([{ run: '3', last: '18446744073709551615' }]), new Map([[3, 2n ** 64n - 1n]]));
  });
});
