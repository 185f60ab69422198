/** The queries and goals of docs/api.md do what the page says. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { HIT_DIMENSIONS, METRICS, VISIT_DIMENSIONS, VISIT_NUMBERS } from '../src/query/engine/query.ts';
import { QUERY_PERIODS } from '../src/query/language/scope-reader.ts';
import { TIME_DIMENSIONS } from '../src/query/language/vocabulary.ts';
import { BEARER } from './fixtures/any-server.ts';
import { sharedServer } from './fixtures/shared-server.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../docs/api.md'), 'utf8');
const SECTION = PAGE.slice(PAGE.indexOf('### query'), PAGE.indexOf('### sites'));
const EXAMPLES = Array.from(
  SECTION.matchAll(/^```json ?(\w*)\n(.*?)^```$/gms),
  ([, kind = '', text = '']) => ({ kind, text }),
);

it('the examples of the page are answered', async () => {
  const server = await sharedServer();
  const kept = EXAMPLES.filter(({ kind }) => kind !== '' && kind !== 'answer');
  assert.deepEqual(
    kept.map(({ kind }) => kind),
    ['goals', 'segments', 'funnels', 'annotations'],
  );
  for (const { kind, text } of kept) {
    const { status, text: answer } = await server.post(`/api/v1/sites/example.com/${kind}`, text, BEARER);
    assert.equal(status, 201, answer);
    assert.deepEqual(JSON.parse(answer), JSON.parse(text));
  }
  const queries = EXAMPLES.filter(({ kind }) => kind === '');
  assert.ok(queries.length >= 4);
  for (const { text } of queries) {
    const { status, text: answer } = await server.post('/api/v1/query', text, BEARER);
    assert.equal(status, 200, answer);
    const { query, results, meta, totals } = JSON.parse(answer);
    const asked = JSON.parse(text);
    assert.deepEqual(query.metrics, asked.metrics);
    assert.ok(Array.isArray(results));
    assert.equal(totals !== undefined, asked.include?.totals === true);
    assert.equal(meta.total_rows !== undefined, asked.include?.total_rows === true);
  }
  const said = JSON.parse(EXAMPLES.find(({ kind }) => kind === 'answer')!.text);
  assert.deepEqual(Object.keys(said), ['results', 'totals', 'meta', 'query']);
});

it('the page has every metric, dimension, number and period', () => {
  for (const name of [
    ...METRICS,
    ...VISIT_DIMENSIONS,
    ...HIT_DIMENSIONS,
    ...TIME_DIMENSIONS,
    ...VISIT_NUMBERS,
    ...QUERY_PERIODS,
  ])
    assert.ok(SECTION.includes(`\`${name}\``), name);
});
