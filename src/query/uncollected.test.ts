import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { file } from '../../test/fixtures/file-scope.ts';
import { chunked, logImports } from '../../test/fixtures/log-imports.ts';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { readQuery } from './language/query-reader.ts';
import { queryAnswer } from './query-answer.ts';

const { db, importer } = await logImports(file);
const NOW = Date.UTC(2026, 0, 1);
const METRICS = ['hits', 'bandwidth', 'response_time_p50', 'response_time_p95'];
const FORMAT = '%h %l %u %t "%r" %>s %b %D';

/** Sizes and times of responses as text of a log: `-` is unknown. */
const RESPONSES: readonly (readonly [path: string, bytes: string, time: string])[] = [
  ['/a', '100', '1000'],
  ['/a', '-', '3000'],
  ['/a', '5368709120', '-'],
  ['/b', '7', '-'],
];

async function ask(site: string, query: object) {
  const { results, totals, meta } = await queryAnswer(
    { store: db.store },
    readQuery({ site, period: 'all', metrics: METRICS, ...query }, NOW, []),
    NOW,
  );
  return { results, totals, notes: meta.notes };
}

describe('metrics of responses', { timeout: scaledTimeout(30_000) }, () => {
  it('count the hits that have them, and are null with a note where none has, never 0', async () => {
    const site = 'responses.example';
    const lines = RESPONSES.map(
      ([path, bytes, time], i) =>
        `203.0.113.${i} - - [17/May/2015:10:05:03 +0000] "GET ${path} HTTP/1.1" 200 ${bytes} ${time}\n`,
    );
    await importer.run(chunked(lines.join('')), { site, format: FORMAT, follow: false });
    const { results, totals, notes } = await ask(site, { dimensions: ['page'], include: { totals: true } });
    assert.deepEqual(results, [
      { dimensions: ['/a'], metrics: [3, 5_368_709_220, 0.002, 0.0029] },
      { dimensions: ['/b'], metrics: [1, 7, null, null] },
    ]);
    assert.deepEqual(totals?.metrics, [4, 5_368_709_227, 0.002, 0.0029]);
    assert.deepEqual(
      notes?.map(({ metrics, period }) => [metrics, period]),
      [[['response_time_p50', 'response_time_p95'], 'period']],
    );
    const filtered = await ask(site, { filters: [['is', 'page', ['/b']]] });
    assert.deepEqual(filtered.results, [{ dimensions: [], metrics: [1, 7, null, null] }]);
  });

  it('are unknown for a log without sizes', async () => {
    const site = 'none.example';
    const line = '203.0.113.1 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200\n';
    await importer.run(chunked(line), { site, format: '%h %l %u %t "%r" %>s', follow: false });
    const { results, notes } = await ask(site, {});
    assert.deepEqual(results, [{ dimensions: [], metrics: [1, null, null, null] }]);
    assert.deepEqual(
      notes?.map(({ metrics }) => metrics),
      [METRICS.slice(1)],
    );
  });
});
