import assert from 'node:assert/strict';
import { test } from 'node:test';
import { queryFault } from './faults.ts';

test('a failed query is a fault of its limits, of the query, or of the store', () => {
  for (const [type, code] of [
    ['TIMEOUT_EXCEEDED', 'query_timeout'],
    ['MEMORY_LIMIT_EXCEEDED', 'query_timeout'],
    ['TOO_BIG_AST', 'invalid'],
    ['TOO_DEEP_AST', 'invalid'],
    ['UNKNOWN_TABLE', 'store_unavailable'],
    [undefined, 'store_unavailable'],
  ] as const) {
    assert.equal(queryFault(Object.assign(new Error('it failed'), { type })).code, code, String(type));
  }
});
