import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { countedHit } from '../../../test/contracts/live.ts';
import type { KeyFingerprints } from '../../hit/key-fingerprints.ts';
import { MemoryLive } from '../../live/memory.ts';
import { mergedAnswer, type ReachedNode } from './merged-answer.ts';

const NOW = Date.UTC(2026, 10, 24, 12);
const HOUR = 3_600_000;
const KEYS: KeyFingerprints = {
  key: '0123456789abcdef',
  logs: 'fedcba9876543210',
  '2026-11-24': '00112233aabbccdd',
};
const MINUTE = [{ window: '60s', seconds: 60 }];

interface NodeOptions {
  /** Milliseconds by which its clock is ahead. */
  readonly ahead?: number;
  readonly keys?: KeyFingerprints;
  readonly expectedVisitors?: number;
  readonly node?: string;
}

/** A node with some visitors half a minute ago. */
function nodeOf(name: string, visitors: readonly number[], options: NodeOptions = {}): ReachedNode {
  const { ahead = 0, keys = KEYS, expectedVisitors = 1000, node = name } = options;
  const now = NOW + ahead;
  const live = new MemoryLive({ expectedVisitors, rate: true, now: () => now });
  for (const visitor of visitors) live.track(countedHit('a.com', visitor, now - 30_000));
  const snapshot = { site: undefined, at: now, node, keys, state: live.stateOf(undefined) };
  return { url: `http://${name}`, received: NOW, snapshot };
}

describe('the merged answer', () => {
  test('counts a visitor of several nodes once', () => {
    const answer = mergedAnswer([nodeOf('a', [1, 2, 3]), nodeOf('b', [3, 4])], [], undefined, MINUTE);
    assert.deepEqual(answer.total, { hits: 5, visitors: 4, visitors_from: 'filter' });
    assert.deepEqual([answer.windows[0]!.hits, answer.windows[0]!.visitors], [5, 4]);
    assert.equal(answer.at, '2026-11-24T12:00:00.000Z');
    assert.deepEqual(answer.nodes, [
      { url: 'http://a', at: answer.at, hits: 3, visitors: 3 },
      { url: 'http://b', at: answer.at, hits: 2, visitors: 2 },
    ]);
    assert.deepEqual(answer.warnings, []);
  });

  test('is not emptied by a clock that is ahead, and names its node', () => {
    const nodes = [nodeOf('a', [1, 2, 3]), nodeOf('b', [3, 4], { ahead: HOUR }), nodeOf('c', [5])];
    const { at, windows, warnings } = mergedAnswer(nodes, [], undefined, MINUTE);
    assert.equal(at, '2026-11-24T12:00:00.000Z');
    assert.equal(windows[0]!.hits, 4);
    assert.deepEqual(warnings, ['the clock of http://b is 3600 s ahead: windows are off by that much']);
  });

  test('uses the tables if nodes expect different numbers of visitors', () => {
    const nodes = [nodeOf('a', [1, 2]), nodeOf('b', [2, 3], { expectedVisitors: 5000 })];
    const { total } = mergedAnswer(nodes, [], undefined, []);
    assert.deepEqual(total, { hits: 4, visitors: 3, visitors_from: 'table' });
  });

  test('is refused if nodes have different keys, and has a warning if daily salts differ', () => {
    const other = {
      key: { ...KEYS, key: 'ffffffffffffffff' },
      logs: { ...KEYS, logs: 'ffffffffffffffff' },
    };
    for (const keys of Object.values(other)) {
      const nodes = [nodeOf('a', [1]), nodeOf('b', [1], { keys })];
      assert.throws(() => mergedAnswer(nodes, [], undefined, []), { code: 'merge_failed', exitCode: 1 });
    }
    const salted = { ...KEYS, '2026-11-24': 'ffffffffffffffff', '2026-11-23': '0000000000000000' };
    const { warnings } = mergedAnswer(
      [nodeOf('a', [1]), nodeOf('b', [1], { keys: salted })],
      [],
      undefined,
      [],
    );
    assert.deepEqual(warnings, [
      'http://b has another salt than http://a on 2026-11-24: visitors of both without a cookie count twice',
    ]);
  });

  test('is refused if one node answered under two names', () => {
    const nodes = [nodeOf('a', [1]), nodeOf('b', [1], { node: 'a' })];
    assert.throws(() => mergedAnswer(nodes, [], undefined, []), {
      code: 'merge_failed',
      message: /http:\/\/a and http:\/\/b are the same node/,
    });
  });

  test('names the missing nodes', () => {
    const answer = mergedAnswer(
      [nodeOf('a', [1])],
      [{ url: 'http://b', problem: 'it closed the connection' }],
      undefined,
      [],
    );
    assert.deepEqual(answer.warnings, ['left out http://b: it closed the connection']);
    assert.deepEqual(answer.nodes[1], { url: 'http://b', problem: 'it closed the connection' });
  });
});
