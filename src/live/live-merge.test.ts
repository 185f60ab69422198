import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { countedHit } from '../../test/contracts/live.ts';
import { rounds } from '../../test/fixtures/rounds.ts';
import { HitError } from '../errors.ts';
import { LiveMerge } from './live-merge.ts';
import { MemoryLive } from './memory.ts';

const SECOND = 1000;
const NOW = Date.UTC(2026, 10, 24, 12) - 1;
/** Each site has visitors: for one without, a node does not report its error. */
const FIRST = [0, 1].map((site) => ({ node: 2, visitor: 0, site, age: 0 }));
const WINDOWS = [1, 17, 60, 3600, 86_400];

function node(expectedVisitors = 10_000, rate = true): MemoryLive {
  return new MemoryLive({ expectedVisitors, rate, now: () => NOW });
}

function mergeOf(nodes: readonly MemoryLive[], site: string | undefined): LiveMerge {
  const merge = new LiveMerge();
  for (const live of nodes) merge.add(live.stateOf(site));
  return merge;
}

describe('the merge of nodes', () => {
  test('has the windows and hits of one node that saw all traffic', async () => {
    const hit = fc.record({ node: fc.nat(2), visitor: fc.nat(60), site: fc.nat(1), age: fc.nat(90_000) });
    await fc.assert(
      fc.asyncProperty(fc.array(hit, { maxLength: 200 }), async (hits) => {
        const nodes = [node(), node(), node()];
        const whole = node();
        for (const each of [...FIRST, ...hits]) {
          const seen = countedHit(
            `${each.site}.example`,
            100 * each.site + each.visitor,
            NOW - each.age * SECOND,
          );
          nodes[each.node]!.track(seen);
          whole.track(seen);
        }
        for (const site of [undefined, '0.example', '1.example']) {
          const { total, windows } = mergeOf(nodes, site).read(WINDOWS, NOW);
          const expected = await whole.read(site, WINDOWS);
          assert.deepEqual(windows, expected.windows);
          assert.deepEqual(total, expected.total);
        }
      }),
      { seed: 11, numRuns: rounds(25, 8) },
    );
  });

  test('estimates visitors of all sites to a few thousandths, even if most came to several nodes', () => {
    const nodes = [node(40_000), node(40_000)];
    for (let visitor = 0; visitor < 30_000; visitor++) {
      if (visitor < 25_000) nodes[0]!.track(countedHit('a.com', visitor, NOW));
      if (visitor >= 5000) nodes[1]!.track(countedHit('a.com', visitor, NOW));
    }
    const all = mergeOf(nodes, undefined);
    assert.equal(all.totalSource, 'filter');
    // Three standard errors.
    assert.ok(Math.abs(all.read([], NOW).total.visitors / 30_000 - 1) < (3 * 0.25) / Math.sqrt(40_000));
    const site = mergeOf(nodes, 'a.com');
    assert.equal(site.totalSource, 'table');
    assert.ok(Math.abs(site.read([], NOW).total.visitors / 30_000 - 1) < 0.03);
  });

  test('of one node equals that node, and does not change it', async () => {
    const live = node();
    for (let visitor = 0; visitor < 9000; visitor++) live.track(countedHit('a.com', visitor, NOW));
    for (const site of [undefined, 'a.com']) {
      const before = await live.read(site, WINDOWS);
      const merge = mergeOf([live], site);
      assert.deepEqual(merge.read(WINDOWS, NOW), before);
      merge.add(live.stateOf(site));
      assert.deepEqual(await live.read(site, WINDOWS), before);
    }
  });

  test('has no fewer visitors than any single node, and no more than the sum of all', () => {
    const nodes = [node(1000), node(1000)];
    for (let visitor = 0; visitor < 20_000; visitor++) {
      nodes[visitor % 2]!.track(countedHit('a.com', visitor, NOW));
    }
    const counts = nodes.map((live) => live.totals.read('a.com').unique);
    const { visitors } = mergeOf(nodes, 'a.com').read([], NOW).total;
    assert.ok(visitors >= Math.max(...counts) && visitors <= counts[0]! + counts[1]!);
  });

  test('uses the tables if filters differ in size', () => {
    const nodes = [node(10_000), node(20_000), node(20_000)];
    for (const [index, live] of nodes.entries()) live.track(countedHit('a.com', index, NOW));
    const merge = mergeOf(nodes, undefined);
    assert.equal(merge.totalSource, 'table');
    assert.equal(merge.read([], NOW).total.visitors, 3);
  });

  test('of nodes without windows answers totals of all sites, and refuses other queries', () => {
    const nodes = [node(1000, false), node(1000, false)];
    for (const live of nodes) live.track(countedHit('a.com', 1, NOW));
    const all = mergeOf(nodes, undefined);
    assert.deepEqual(all.read([], NOW), { total: { hits: 2, visitors: 1 }, windows: [] });
    assert.throws(() => all.read([60], NOW), HitError);
    assert.equal(mergeOf(nodes, 'a.com').totalSource, undefined);
    assert.throws(() => mergeOf(nodes, 'a.com').read([], NOW), HitError);
    assert.throws(() => mergeOf([node(), node(1000, false)], undefined), HitError);
    assert.throws(() => mergeOf([node(1000, false), node()], undefined), HitError);
  });
});
