/** The dashboard and the alerts in `deploy/grafana/` use only metrics and labels that servers and consumers have. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { pino } from 'pino';
import { buildConsumer } from '../src/http/consumer.ts';
import { kafkaAddress } from '../src/settings/kafka-address.ts';
import { Store } from '../src/store/store.ts';
import { StreamLoader } from '../src/stream/loader.ts';
import { BEARER, TOKEN } from './fixtures/any-server.ts';
import { file } from './fixtures/file-scope.ts';
import { type Metrics, metricsOf, readMetrics } from './fixtures/metrics-text.ts';
import { alerts, dashboard, expressions } from './fixtures/monitoring.ts';
import { readExpression } from './fixtures/promql.ts';
import { scaledTimeout } from './fixtures/scaled-timeout.ts';
import { ServerHere } from './fixtures/server-here.ts';
import { Lines } from './fixtures/shelf.ts';
import { temporaryFolder } from './fixtures/temporary.ts';

const options = { timeout: scaledTimeout(60_000) };
/** Labels that Prometheus adds to each series, or that belong to histograms. */
const ALWAYS = ['job', 'instance', 'le'];
/** Nobody listens there. */
const NOWHERE = '127.0.0.1:9';

/** What a server with these flags says, after a hit. */
async function served(...flags: string[]): Promise<Metrics> {
  await using server = await ServerHere.start(file, temporaryFolder(file), ...flags);
  await server.send('/hit.gif?site=a.example&path=/');
  await server.send('/');
  await server.post('/hit', { site: 'a.example', path: '/' });
  await server.post('/api/v1/hits', [], BEARER);
  await server.send('/readyz');
  // Asks the peers.
  await server.send('/api/v1/live', { headers: BEARER });
  return await metricsOf(server);
}

/** What a consumer says that has not reached anything yet. */
async function consumed(): Promise<Metrics> {
  const [log, folder] = [new Lines(), temporaryFolder(file)];
  await using store = await Store.open({ setting: `clickhouse://${NOWHERE}/hits`, folder, mayWait: true });
  const address = kafkaAddress(`kafka://${NOWHERE}/hits`, '--stream');
  const loader = new StreamLoader({ address, group: 'hit-tracker', store, folder, log });
  const app = buildConsumer(
    { loader, version: '1.2.3', adminToken: TOKEN, public: false },
    pino({ level: 'silent' }),
  );
  const { body } = await app.inject({ url: '/metrics', headers: BEARER });
  await app.close();
  return readMetrics(body);
}

const all = [
  await served(),
  await served(
    ...['--tracker', 'simple,rate,stream', '--stream', `kafka://${NOWHERE}/hits`],
    ...['--live', `redis://${NOWHERE}`, '--stop-timeout', '1s'],
  ),
  await served('--tracker', 'simple,rate', '--peers', `http://${NOWHERE}`),
  await consumed(),
];
const types = new Map(all.flatMap((each) => [...each.types]));

/** Labels of metrics that are only there when something is wrong, or when there are partitions. */
const SELDOM: Readonly<Record<string, string>> = {
  hit_tracker_store_problem: 'code',
  hit_tracker_stream_lag_records: 'partition',
};

/** The metric to which a series belongs: a histogram has three. */
function metricOf(series: string): string {
  const base = series.replace(/_(?:bucket|count|sum)$/, '');
  return types.get(base) === 'histogram' ? base : series;
}

function labelsOf(metric: string): string[] {
  const samples = all.flatMap((each) => each.samples).filter(({ name }) => metricOf(name) === metric);
  return [...samples.flatMap(({ labels }) => Object.keys(labels)), SELDOM[metric] ?? []].flat();
}

describe('the dashboard and the alerts', options, () => {
  it('select only metrics that exist, by labels that these have', () => {
    assert.ok(expressions.size > 70);
    for (const [where, expression] of expressions) {
      const { selected, grouping } = readExpression(expression);
      assert.ok(selected.length > 0, where);
      const known = new Set(ALWAYS);
      for (const { metric, labels } of selected) {
        // Prometheus' own.
        if (metric === 'up') continue;
        assert.ok(types.has(metricOf(metric)), `${where}: no server has ${metric}`);
        const own = new Set([...ALWAYS, ...labelsOf(metricOf(metric))]);
        for (const label of labels) assert.ok(own.has(label), `${where}: ${metric} has no label ${label}`);
        for (const label of own) known.add(label);
      }
      for (const label of grouping) assert.ok(known.has(label), `${where}: no label ${label} to group by`);
    }
  });

  it('select only routes and components that exist', () => {
    const samples = all.flatMap((each) => each.samples);
    let seen = 0;
    for (const [where, expression] of expressions) {
      for (const [, label = '', values = ''] of expression.matchAll(
        /\b(route|component|result)!?[=~]+"([^"]+)"/g,
      )) {
        for (const value of values.split('|')) {
          const isKnown = samples.some(({ labels }) => labels[label] === value);
          assert.ok(isKnown, `${where}: no ${label} is ${value}`);
          seen++;
        }
      }
    }
    assert.ok(seen > 10);
  });

  it('count increases of counters and histograms only, and never of gauges', () => {
    for (const [where, expression] of expressions) {
      for (const [, series = ''] of expression.matchAll(/\b(?:rate|increase)\((\w+)/g)) {
        const type = types.get(metricOf(series));
        assert.ok(type === 'counter' || type === 'histogram', `${where}: ${series} is a ${type}`);
      }
    }
  });

  it('show or watch every metric of Hit Tracker', () => {
    const used = new Set(
      [...expressions.values()].flatMap((text) =>
        readExpression(text).selected.map(({ metric }) => metricOf(metric)),
      ),
    );
    const own = [...types.keys()].filter((name) => name.startsWith('hit_tracker_'));
    assert.ok(own.length > 35);
    assert.deepEqual(
      own.filter((name) => !used.has(name)),
      [],
    );
  });
});

describe('the dashboard', () => {
  it('names the label in every legend that its expression keeps', () => {
    for (const { title, targets = [] } of dashboard.panels) {
      for (const { expr, legendFormat } of targets) {
        for (const [, label = ''] of legendFormat.matchAll(/\{\{(\w+)\}\}/g)) {
          const kept = /\bby \(([^)]*)\)/.exec(expr)?.[1]?.split(', ') ?? ['instance'];
          assert.ok(kept.includes(label), `${title}: ${label} is not in ${expr}`);
        }
      }
    }
  });

  it('has panels with different ids that do not overlap', () => {
    const { panels } = dashboard;
    assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
    const taken = new Set<string>();
    for (const { title, gridPos } of panels) {
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          assert.ok(x < 24 && !taken.has(`${x} ${y}`), `${title} overlaps another panel at ${x}, ${y}`);
          taken.add(`${x} ${y}`);
        }
      }
    }
  });
});

describe('the alerts', () => {
  it('say how bad it is, what happened and what to do', () => {
    assert.equal(new Set(alerts.map(({ alert }) => alert)).size, alerts.length);
    for (const { alert, labels, annotations } of alerts) {
      assert.match(alert, /^HitTracker[A-Z]/);
      assert.match(labels.severity ?? '', /^(?:critical|warning)$/, alert);
      assert.ok(annotations.summary && annotations.description, alert);
    }
  });

  it('are all in docs/operations.md, and no others', () => {
    const page = readFileSync(join(import.meta.dirname, '../docs/operations.md'), 'utf8');
    const listed = new Set(page.match(/\bHitTracker[A-Z]\w+/g));
    assert.deepEqual([...listed].sort(), alerts.map(({ alert }) => alert).sort());
  });
});
