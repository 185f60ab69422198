import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { MergeAnswer } from '../http/peers/merged-answer.ts';
import { mergeText } from './merge-text.ts';

const ANSWER: MergeAnswer = {
  site: 'example.com',
  at: '2026-11-24T12:00:00.000Z',
  total: { hits: 1_234_567, visitors: 45_678, visitors_from: 'table' },
  windows: [
    { window: '60s', seconds: 60, hits: 12, visitors: 5, hits_per_second: 0.2, error: 0.0101 },
    { window: '24h', seconds: 86_400, hits: 98_765, visitors: 4321, hits_per_second: 1.143, error: 0.0101 },
  ],
  nodes: [
    { url: 'http://10.0.0.1:5000', at: '2026-11-24T12:00:00.000Z', hits: 1_000_000, visitors: 40_000 },
    { url: 'http://10.0.0.2:5000', problem: 'nothing listens there' },
    {
      url: `http://${'a-long-name.'.repeat(9)}example:5000`,
      at: '2026-11-24T12:00:00.000Z',
      hits: 234_567,
      visitors: 9876,
    },
  ],
  warnings: [],
};

describe('the merged counts as text', () => {
  test('are tables of windows and of nodes', () => {
    const text = mergeText(ANSWER, 60);
    assert.equal(
      text,
      `example.com on 2 of 3 nodes, 2026-11-24T12:00:00.000Z

window         hits  visitors  hits/s
60s              12         5     0.2
24h          98,765     4,321   1.143
all time  1,234,567    45,678

node                                          hits  visitors
http://10.0.0.1:5000                     1,000,000    40,000
http://10.0.0.2:5000                             -         -
http://a-long-name.a-long-name.a-long-…    234,567     9,876

Visitors of several nodes count once. Visitors of windows
have a standard error of 1.0%. All-time visitors come from
the merged last-seen tables.
`,
    );
  });

  test('fit the terminal, and stay narrow enough to read', () => {
    for (const columns of [40, 60, 80, 100, 200]) {
      for (const site of [null, 'example.com', `${'a-long-name.'.repeat(20)}example`]) {
        for (const line of mergeText({ ...ANSWER, site }, columns).split('\n')) {
          assert.ok(line.length <= Math.min(columns, 100), `${columns}: ${line}`);
        }
      }
    }
  });

  test('show totals for nodes without windows', () => {
    const text = mergeText(
      { ...ANSWER, site: null, windows: [], total: { hits: 3, visitors: 2, visitors_from: 'filter' } },
      80,
    );
    assert.match(text, /^all sites on/);
    assert.match(text, /^all time +3 +2$/m);
    assert.match(text, /come\s+from\s+the\s+merged\s+Bloom\s+filters\./);
  });
});
