/** What `/metrics` measures: durations of requests, queries, inserts and syncs. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BEARER } from './fixtures/any-server.ts';
import { type Metrics, metricsOf } from './fixtures/metrics-text.ts';
import { sharedServerHere } from './fixtures/shared-server.ts';

const server = await sharedServerHere();

const REQUESTS = 'hit_tracker_http_request_duration_seconds';
/** The histograms of this server → their labels besides `le`. */
const HISTOGRAMS: Readonly<Record<string, readonly string[]>> = {
  [REQUESTS]: ['method', 'route', 'status'],
  hit_tracker_query_duration_seconds: ['result'],
  hit_tracker_insert_duration_seconds: ['result'],
  hit_tracker_spool_sync_duration_seconds: ['result'],
};

/** Label values, separated by spaces → the number of observations. */
function counts({ samples }: Metrics, name: string): Map<string, number> {
  return new Map(
    samples
      .filter((sample) => sample.name === `${name}_count`)
      .map(({ labels, value }) => [HISTOGRAMS[name]!.map((label) => labels[label]).join(' '), value]),
  );
}

function increase(before: Map<string, number>, after: Map<string, number>): Record<string, number> {
  const grown = Array.from(after, ([labels, count]) => [labels, count - (before.get(labels) ?? 0)] as const);
  return Object.fromEntries(grown.filter(([, count]) => count !== 0).sort());
}

describe('durations', () => {
  it('of requests are counted once each, by the route that answered and the class of its status', async () => {
    const before = counts(await metricsOf(server), REQUESTS);
    for (let hit = 0; hit < 5; hit++) await server.send(`/hit.gif?site=a.example&path=/${hit}`);
    await server.send('/hit.gif?site=a%20b&path=/');
    await server.send('/hit.gif', { method: 'HEAD' });
    await server.post('/hit', { site: 'a.example', path: '/' });
    await server.post('/hit', 'no JSON');
    await server.send('/');
    await server.send('/api/v1/stats?site=a.example');
    await server.send('/api/v1/stats?site=a.example', { headers: BEARER });
    await server.send('/api/v1/sites/a.example/goals', { headers: BEARER });
    await server.send('/api/v1/sites/b.example/goals', { headers: BEARER });
    assert.deepEqual(increase(before, counts(await metricsOf(server), REQUESTS)), {
      'GET / 2xx': 1,
      'GET /api/v1/sites/{site}/goals 2xx': 2,
      'GET /api/v1/stats 2xx': 1,
      'GET /api/v1/stats 4xx': 1,
      'GET /hit.gif 2xx': 5,
      'GET /hit.gif 4xx': 1,
      'GET /metrics 2xx': 1,
      'HEAD /hit.gif 2xx': 1,
      'POST /hit 2xx': 1,
      'POST /hit 4xx': 1,
    });
  });

  it('of requests for no route share one label, whatever clients send', async () => {
    const before = counts(await metricsOf(server), REQUESTS);
    for (let page = 0; page < 20; page++) await server.send(`/made-up-${page}?n=${page}`);
    await server.send('/made-up', { method: 'PROPFIND' });
    await server.send('/%FF%');
    assert.deepEqual(increase(before, counts(await metricsOf(server), REQUESTS)), {
      'GET /metrics 2xx': 1,
      'any unmatched 4xx': 22,
    });
  });

  it('of syncs, inserts and queries grow with hits and with queries of them', async () => {
    const grown = async (act: () => Promise<unknown>) => {
      const before = await metricsOf(server);
      await act();
      const after = await metricsOf(server);
      return (name: string) => increase(counts(before, name), counts(after, name));
    };
    const afterHit = await grown(() => server.send('/hit.gif?site=c.example&path=/'));
    assert.deepEqual(afterHit('hit_tracker_spool_sync_duration_seconds'), { success: 1 });
    // It waits until the hit is stored.
    const afterQuery = await grown(() => server.ask('/api/v1/stats?site=c.example'));
    assert.deepEqual(afterQuery('hit_tracker_spool_sync_duration_seconds'), {});
    const { success = 0, ...failed } = afterQuery('hit_tracker_query_duration_seconds');
    assert.ok(success >= 1);
    assert.deepEqual(failed, {});
    const inserts = counts(await metricsOf(server), 'hit_tracker_insert_duration_seconds');
    assert.ok(inserts.get('success')! >= 1);
    assert.equal(inserts.get('failure'), 0);
  });

  it('are histograms whose buckets are cumulative, with the number and the sum of all', async () => {
    const { types, samples } = await metricsOf(server);
    for (const [name, labels] of Object.entries(HISTOGRAMS)) {
      assert.equal(types.get(name), 'histogram');
      const series = Map.groupBy(
        samples.filter((sample) => sample.name.startsWith(`${name}_`)),
        (sample) => labels.map((label) => sample.labels[label]).join(' '),
      );
      assert.ok(series.size > 0, name);
      for (const [key, values] of series) {
        const [buckets = [], sum, count, ...rest] = [
          values.filter((sample) => sample.name === `${name}_bucket`),
          ...values.filter((sample) => sample.name !== `${name}_bucket`),
        ];
        assert.deepEqual([sum?.name, count?.name, rest], [`${name}_sum`, `${name}_count`, []]);
        assert.deepEqual(
          buckets.map(({ value }) => value),
          buckets.map(({ value }) => value).toSorted((a, b) => a - b),
        );
        assert.equal(buckets.at(-1)!.labels.le, '+Inf', key);
        assert.equal(buckets.at(-1)!.value, count!.value, key);
        const bounds = buckets.map(({ labels: { le } }) => Number(le === '+Inf' ? 'Infinity' : le));
        const least = buckets.reduce((seconds, { value }, at) => {
          const inside = value - (buckets[at - 1]?.value ?? 0);
          return seconds + inside * (bounds[at - 1] ?? 0);
        }, 0);
        assert.ok(sum!.value >= least, `${name} ${key}: ${sum!.value} s, but buckets say ${least} s or more`);
      }
    }
  });
});
