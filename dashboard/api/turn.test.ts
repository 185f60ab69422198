import assert from 'node:assert/strict';
import { test } from 'node:test';
import { USUAL } from '../view/view.ts';
import { figuresQuery } from './queries.ts';
import { turnOf } from './turn.ts';

const never = new AbortController().signal;

test('two queries run at a time; figures go before rankings, and cancelled queries are skipped', async () => {
  const first = await turnOf('/api/v1/top?by=os', never);
  const second = await turnOf('/api/v1/top?by=path', never);
  const order: string[] = [];
  const wait = async (query: string, signal = never) => {
    const end = await turnOf(query, signal);
    order.push(query);
    end();
  };
  const leaving = new AbortController();
  const all = [
    wait('/api/v1/drops'),
    wait('/api/v1/top?by=name'),
    assert.rejects(wait('/api/v1/sites?gone', leaving.signal)),
    wait('/api/v1/stats?a'),
    wait('/api/v1/query\n{"dimensions":["source"]}'),
    wait(figuresQuery(USUAL, new Date(), ['visits'], 'day')),
    wait('/api/v1/stats?b'),
  ];
  leaving.abort();
  assert.deepEqual(order, []);
  first();
  second();
  await Promise.all(all);
  assert.deepEqual(
    order.map((query) => /^[^{]*(?:\{"dimensions":\["\w+)?/.exec(query)?.[0]),
    [
      ...['/api/v1/stats?a', '/api/v1/stats?b'],
      ...['/api/v1/query\n{"dimensions":["time', '/api/v1/query\n{"dimensions":["source'],
      ...['/api/v1/top?by=name', '/api/v1/drops'],
    ],
  );
  // All turns have ended, so two may run at once again.
  const [third, fourth] = await Promise.all([turnOf('/x', never), turnOf('/y', never)]);
  third();
  fourth();
});
