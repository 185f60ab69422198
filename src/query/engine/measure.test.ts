import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Bindings } from './bindings.ts';
import { aggregatesOf, measure } from './measure.ts';

const NONE = { allVisitors: 0, baseVisitors: 0 };

test('the digits of a currency are looked up once for all rows', (t) => {
  const found = t.mock.method(Intl.NumberFormat.prototype, 'resolvedOptions');
  const sums = { revenue: { JPY: '1200.00000000', KWD: '1.50000000' }, paid: { JPY: 2, KWD: 1 } };
  for (let row = 0; row < 1000; row++) {
    assert.deepEqual(measure('revenue', sums, NONE), { JPY: '1200', KWD: '1.500' });
    assert.deepEqual(measure('average_revenue', sums, NONE), { JPY: '600', KWD: '1.500' });
  }
  assert.ok(found.mock.callCount() <= 2, `${found.mock.callCount()} times`);
});

test('an average has the digits of its sum', () => {
  const sums = { revenue: { EUR: '0.03000000', JPY: '10.00000000' }, paid: { EUR: 2, JPY: 3 } };
  assert.deepEqual(measure('revenue', sums, NONE), { EUR: '0.03', JPY: '10' });
  assert.deepEqual(measure('average_revenue', sums, NONE), { EUR: '0.015', JPY: '3.33333333' });
});

test('the depth of pages is summed by the store, with two numbers per row', () => {
  const tests = { counts: 'true', converts: 'false', hasGoal: false, hasRows: true, uniq: 'uniqExact' };
  const names = Object.keys(aggregatesOf(['scroll_depth'], tests, new Bindings()));
  assert.deepEqual(names, ['converted', 'counted', 'signals', 'depth', 'depth_pages']);
  assert.equal(measure('scroll_depth', { depth: '155', depth_pages: '2' }, NONE), 77.5);
  assert.equal(measure('scroll_depth', { depth: 0, depth_pages: 0 }, NONE), null);
});

test('a share is at most 1, although an estimate of some visitors may be greater than that of all', () => {
  const fewer = { allVisitors: 4090, baseVisitors: 4090, areEstimates: true };
  assert.equal(measure('percentage', { visitors: '4096' }, fewer), 1);
  assert.equal(measure('conversion_rate', { converters: '4096' }, fewer), 1);
  assert.equal(measure('conversion_rate', { converters: '4089' }, fewer), 0.9998);
  assert.equal(measure('percentage', { visitors: '1' }, NONE), null);
  assert.equal(measure('conversion_rate', { converters: '3' }, { allVisitors: 4, baseVisitors: 1 }), 3);
});
