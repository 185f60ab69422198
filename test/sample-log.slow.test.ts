/** A real server's log, with independently published counts. */

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Stats } from '../src/index.ts';
import { run } from './fixtures/command-line.ts';

/** 10,000 lines in the combined format: `apache_logs` of Elastic's examples, plain or compressed. */
const LOG =
  process.env.HIT_SAMPLE_LOG ??
  fileURLToPath(new URL('../../shared/data/elastic_apache_logs.gz', import.meta.url));

describe('a real server’s log', { skip: existsSync(LOG) ? false : `there is no ${LOG}` }, () => {
  it('is imported completely, once, and its report by day matches independent counts', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hit-tracker-'));
    try {
      const json = async (...args: string[]) => {
        const { code, stdout, stderr } = await run([...args, '--json', '--data-dir', folder]);
        assert.equal(code, 0, stderr);
        return JSON.parse(stdout);
      };
      const importing = () => json('import', '--site', 'example.com', LOG);
      const { seconds: _, lines_per_second: __, ...first } = await importing();
      assert.deepEqual(first, { lines: 10_000, imported: 10_000, failed: 0, already: 0, failures: [] });
      const second = await importing();
      assert.deepEqual([second.imported, second.already], [0, 10_000]);

      const { series, totals }: Stats = await json('report', '--bots', 'include', '--interval', 'day');
      assert.equal(totals.hits, 10_000);
      assert.deepEqual(
        series.map(({ time, hits }) => [time.slice(0, 10), hits]),
        [
          ['2015-05-17', 1632],
          ['2015-05-18', 2893],
          ['2015-05-19', 2896],
          ['2015-05-20', 2579],
        ],
      );
      assert.equal(
        series.reduce((sum, { visitors }) => sum + visitors!, 0),
        2144,
      );
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
