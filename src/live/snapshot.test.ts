import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { countedHit } from '../../test/contracts/live.ts';
import { rounds } from '../../test/fixtures/rounds.ts';
import { HitError } from '../errors.ts';
import { MemoryLive } from './memory.ts';
import { decodeSnapshot, encodeSnapshot, type Snapshot } from './snapshot.ts';

const NOW = Date.UTC(2026, 10, 24, 12);
const KEYS = { key: '0123456789abcdef', '2026-11-24': 'fedcba9876543210' };
const INVALID = { name: 'HitError', code: 'invalid' };

function stateOf(site: string | undefined, rate = true) {
  const live = new MemoryLive({ expectedVisitors: 1000, rate, now: () => NOW });
  for (let visitor = 0; visitor < 300; visitor++)
    live.track(countedHit('a.com', visitor, NOW - visitor * 999));
  return live.stateOf(site);
}

function snapshotOf(site: string | undefined, rate = true): Snapshot {
  return { site, at: NOW, node: 'node-1', keys: KEYS, state: stateOf(site, rate) };
}

/** The same snapshot with another header, and a matching checksum. */
function rewritten(bytes: Uint8Array, change: (header: string) => string): Buffer {
  const snapshot = Buffer.from(bytes);
  const length = snapshot.readUInt32LE(4);
  const header = Buffer.from(change(snapshot.toString('utf8', 8, 8 + length)));
  const start = Buffer.from(snapshot.subarray(0, 8));
  start.writeUInt32LE(header.length, 4);
  return summed(Buffer.concat([start, header, snapshot.subarray(8 + length, -4)]));
}

function summed(content: Buffer): Buffer {
  const sum = Buffer.alloc(4);
  sum.writeUInt32LE(crc32(content));
  return Buffer.concat([content, sum]);
}

describe('a snapshot', () => {
  test('restores what was saved, with every part that a node keeps', () => {
    for (const site of [undefined, 'a.com', 'never-visited.example']) {
      for (const rate of [true, false]) {
        const snapshot = snapshotOf(site, rate);
        const { state, ...rest } = decodeSnapshot(encodeSnapshot(snapshot));
        assert.deepEqual(rest, { site, at: NOW, node: 'node-1', keys: KEYS });
        assert.deepEqual(state.total, snapshot.state.total);
        assert.equal(state.windows === undefined, !rate);
        assert.deepEqual(state.windows?.seen.cells, snapshot.state.windows?.seen.cells);
        assert.deepEqual(state.windows?.ring.levels, snapshot.state.windows?.ring.levels);
        assert.equal(state.filter === undefined, site !== undefined);
        assert.deepEqual(state.filter?.words, snapshot.state.filter?.words);
      }
    }
  });

  test('that was truncated, extended or changed anywhere is refused', () => {
    const bytes = encodeSnapshot(snapshotOf(undefined));
    const cut = fc.integer({ min: 0, max: bytes.length - 1 }).map((length) => bytes.subarray(0, length));
    const longer = fc.uint8Array({ minLength: 1, maxLength: 8 }).map((more) => Buffer.concat([bytes, more]));
    const changed = fc
      .tuple(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }))
      .map(([at, change]) => {
        const copy = Buffer.from(bytes);
        copy[at]! ^= change;
        return copy;
      });
    fc.assert(
      fc.property(fc.oneof(cut, longer, changed), (damaged) => {
        assert.throws(() => decodeSnapshot(damaged), INVALID);
      }),
      { seed: 3, numRuns: rounds(300, 60) },
    );
  });

  test('of unrelated bytes is refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        assert.throws(() => decodeSnapshot(bytes), INVALID);
        const dressed = summed(Buffer.concat([Buffer.from('HTP\x01'), bytes]));
        assert.throws(() => decodeSnapshot(dressed), INVALID);
      }),
      { seed: 5, numRuns: rounds(300, 60) },
    );
  });

  test('of another version is refused with that version', () => {
    const bytes = encodeSnapshot(snapshotOf(undefined));
    bytes[3] = 2;
    assert.throws(() => decodeSnapshot(bytes), { ...INVALID, message: /version is 2/ });
  });

  test('with a malicious header is refused', () => {
    const bytes = encodeSnapshot(snapshotOf('a.com'));
    assert.equal(decodeSnapshot(rewritten(bytes, (header) => header)).site, 'a.com');
    const lies: readonly [string | RegExp, string][] = [
      ['"site":"a.com"', '"site":"\\u001b[2J"'],
      ['"site":"a.com"', '"site":7'],
      [/"at":\d+/, '"at":1e300'],
      [/"at":\d+/, '"at":"now"'],
      ['"node":"node-1"', '"node":"\\n"'],
      [/"naming":\{[^}]*\}/, '"naming":{}'],
      [/"naming":\{[^}]*\}/, '"naming":{"key":"x"}'],
      [/"naming":\{[^}]*\}/, '"naming":null'],
      [/"hits":\d+/, '"hits":-1'],
      [/"hits":\d+/, '"hits":1.5'],
      [/"visitors":\d+/, '"visitors":9007199254740993'],
      [/"parts":\[\d+/, '"parts":[4000000000'],
      [/"parts":\[\d+/, '"parts":[-1'],
      [/"parts":\[[^\]]*\]/, '"parts":[0,0,0]'],
      [/"parts":\[[^\]]*\]/, '"parts":{}'],
      [/^.*$/, '[]'],
      [/^.*$/, 'null'],
      [/^.*$/, '{'],
      [/^.*$/, `"${'x'.repeat(20_000)}"`],
    ];
    for (const [what, lie] of lies) {
      const harmful = rewritten(bytes, (header) => header.replace(what, lie));
      assert.throws(
        () => decodeSnapshot(harmful),
        (error) => error instanceof HitError && error.code === 'invalid' && /^[ -~]*$/.test(error.message),
        lie.slice(0, 40),
      );
    }
  });
});
