/** The references know nothing of the product. What they do not know either is compared with nothing. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DIMENSIONS } from '../../src/clickhouse/dimension.ts';
import * as product from '../../src/query/engine/query.ts';
import { FIELDS } from './selection.ts';
import * as visits from './visits/query.ts';

test('the reference for stats and rankings knows every dimension', () => {
  assert.deepEqual(Object.keys(FIELDS), [...DIMENSIONS]);
});

test('the reference for visits knows every dimension, metric and number', () => {
  assert.deepEqual(listsOf(visits), listsOf(product));
});

function listsOf({
  VISIT_DIMENSIONS,
  HIT_DIMENSIONS,
  METRICS,
  VISIT_NUMBERS,
}: typeof visits | typeof product) {
  return { VISIT_DIMENSIONS, HIT_DIMENSIONS, METRICS, VISIT_NUMBERS };
}
