/**
 * The attack on sketches whose hash is public: Reviriego and Ting, "Security of HyperLogLog (HLL) Cardinality
 * Estimation: Vulnerabilities and Protection", 2020; Paterson and Raynal, "HyperLogLog: Exponentially Bad in
 * Adversarial Settings", 2022. The attacker hashes a million names offline, and sends only those with the wanted
 * effect on the table.
 *
 * Here the attacker knows a key, and can mislead a table that uses it. To a table with a secret key, the names are like
 * any others. Only the key differs between the two.
 */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { KeyedHash } from '../hit/hash.ts';
import { LastSeenSketch } from './last-seen.ts';

const NOW = Date.UTC(2026, 5, 1);
const CANDIDATES = 1_000_000;
const COLUMNS = 4096;
/** A public key, like the fixed seed of an unkeyed hash. */
const PUBLIC_KEY = new Uint8Array(16);
const SECRET_KEYS = [11, 12, 13, 14, 15].map((byte) => new Uint8Array(16).fill(byte));
/** An estimate with a larger error has been misled. */
const MOST_ERRORS = 4;

interface Cell {
  readonly column: number;
  readonly rank: number;
}

/** The names that the attacker sends, by their cell under the public key. */
function namesWhere(suits: (cell: Cell) => boolean): string[] {
  const hash = new KeyedHash(PUBLIC_KEY);
  return Array.from({ length: CANDIDATES }, (_, i) => `attacker-${i}`).filter((name) => {
    const { low } = hash.digest(name);
    const ranked = low >>> Math.log2(COLUMNS);
    return suits({ column: low & (COLUMNS - 1), rank: 31 - Math.clz32(ranked & -ranked) });
  });
}

function estimateOf(names: readonly string[], key: Uint8Array): { visitors: number; errors: number } {
  const hash = new KeyedHash(key);
  const sketch = new LastSeenSketch({ columns: COLUMNS });
  for (const name of names) {
    const { high, low } = hash.digest(name);
    sketch.add(high, low, NOW, NOW);
  }
  const { visitors, error } = sketch.estimate(NOW - 1000);
  return { visitors, errors: (visitors / names.length - 1) / error };
}

function assertNotMisled(names: readonly string[]): void {
  for (const key of SECRET_KEYS) {
    const { visitors, errors } = estimateOf(names, key);
    assert.ok(Math.abs(errors) < MOST_ERRORS, `${visitors} for ${names.length} names`);
  }
}

describe('names that each fall into a cell of their own', () => {
  const taken = new Set<number>();
  const names = namesWhere(({ column, rank }) => {
    const before = taken.size;
    return taken.add(rank * COLUMNS + column).size > before;
  });

  test('look like all the names they were chosen from under a known key', () => {
    const { visitors } = estimateOf(names, PUBLIC_KEY);
    assert.ok(
      visitors > 0.9 * CANDIDATES && names.length < 0.1 * CANDIDATES,
      `${visitors} for ${names.length}`,
    );
  });

  test('are counted correctly under a secret key', () => assertNotMisled(names));
});

describe('names that all fall into four columns', () => {
  const names = namesWhere(({ column }) => column < 4);

  test('look like a few dozen under a known key', () => {
    const { visitors } = estimateOf(names, PUBLIC_KEY);
    assert.ok(visitors < 60 && names.length > 900, `${visitors} for ${names.length} names`);
  });

  test('are counted correctly under a secret key', () => assertNotMisled(names));
});

describe('names of the top ranks', () => {
  const names = namesWhere(({ rank }) => rank >= 8);

  test('do not look like the millions they were chosen from, because the lower ranks stay empty', () => {
    const { visitors } = estimateOf(names, PUBLIC_KEY);
    assert.ok(visitors <= names.length);
  });

  test('are counted too low under a known key', () => {
    const { visitors, errors } = estimateOf(names, PUBLIC_KEY);
    assert.ok(errors < -MOST_ERRORS, `${visitors} for ${names.length} names`);
  });

  test('are counted correctly under a secret key', () => assertNotMisled(names));
});
