import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { DAY, intakeAt, NOON } from '../../test/fixtures/intake.ts';
import { KeyedHash } from './hash.ts';
import { fingerprintOf, type KeyFingerprints, keyMismatches } from './key-fingerprints.ts';

const keyOf = (seed: number) => new Uint8Array(16).map((_, i) => seed * 31 + i);

describe('a fingerprint', () => {
  test('is the same for the same secret, and different for another', () => {
    const [first, again, other] = [1, 1, 2].map((seed) => fingerprintOf(new KeyedHash(keyOf(seed))));
    assert.match(first!, /^[0-9a-f]{16}$/);
    assert.equal(again, first);
    assert.notEqual(other, first);
  });

  test('reveals nothing about the secret', () => {
    const key = keyOf(7);
    const hex = Buffer.from(key).toString('hex');
    const fingerprint = fingerprintOf(new KeyedHash(key));
    assert.ok(!hex.includes(fingerprint.slice(0, 6)) && !hex.includes(fingerprint.slice(-6)));
  });
});

describe('two sets of fingerprints', () => {
  test('disagree if both have different secrets for the same purpose', () => {
    const ours = { key: 'a', logs: 'b', '2026-11-24': 'c' };
    assert.deepEqual(keyMismatches(ours, ours), []);
    assert.deepEqual(keyMismatches(ours, { key: 'a' }), []);
    assert.deepEqual(keyMismatches(ours, { ...ours, logs: 'x', '2026-11-24': 'y', '2026-11-23': 'z' }), [
      'logs',
      '2026-11-24',
    ]);
    assert.deepEqual(
      keyMismatches({ toString: 'a' } as unknown as KeyFingerprints, {}),
      [],
      'names are not looked up in the prototype',
    );
  });
});

describe('an intake', () => {
  test('lists the secrets that identify visitors today: its key, the salt of logs, and the salts of two days', () => {
    const clock = { now: NOON };
    const intake = intakeAt(clock);
    const other = intakeAt(clock, { key: keyOf(3) });
    const today = intake.keyFingerprints();
    assert.deepEqual(keyMismatches(other.keyFingerprints(), today), ['key']);
    assert.deepEqual(Object.keys(today), ['key', 'logs', '2026-11-24']);
    clock.now += DAY;
    const tomorrow = intake.keyFingerprints();
    assert.deepEqual(Object.keys(tomorrow), ['key', 'logs', '2026-11-25', '2026-11-24']);
    assert.deepEqual(keyMismatches(today, tomorrow), []);
    assert.equal(new Set(Object.values(tomorrow)).size, 4);
    assert.deepEqual(keyMismatches(other.keyFingerprints(), tomorrow), ['key']);
  });
});
