import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { anyTime, isoText, plainInstant } from '../../test/fixtures/plain-calendar.ts';
import { readIsoTime } from './calendar.ts';

describe('an ISO 8601 time', () => {
  test('matches a plain arithmetic calendar, and is invalid if that has no such day or hour', () => {
    let existing = 0;
    fc.assert(
      fc.property(anyTime, (time) => {
        const written = readIsoTime(isoText(time));
        const expected = plainInstant(time);
        if (expected !== undefined) existing++;
        assert.equal(written && written.wall - written.offset!, expected, isoText(time));
      }),
      { seed: 2902, numRuns: 5000 },
    );
    assert.ok(existing > 500 && existing < 4500, `${existing} of 5000 exist`);
  });

  for (const [text, wall, offset] of [
    ['2024-02-29', Date.UTC(2024, 1, 29), undefined],
    ['2000-02-29T23:59', Date.UTC(2000, 1, 29, 23, 59), undefined],
    ['2026-11-24 12:00:00', Date.UTC(2026, 10, 24, 12), undefined],
    ['2026-11-24t12:00:00.1234567z', Date.UTC(2026, 10, 24, 12, 0, 0, 123), 0],
    ['2026-11-24T12:00:00,5-0330', Date.UTC(2026, 10, 24, 12, 0, 0, 500), -12_600_000],
    ['2016-12-31T23:59:60Z', Date.UTC(2017, 0), 0],
    ['9999-12-31T23:59:59Z', Date.UTC(9999, 11, 31, 23, 59, 59), 0],
  ] as const) {
    test(`may be written "${text}"`, () => assert.deepEqual(readIsoTime(text), { wall, offset }));
  }

  for (const text of [
    ...['2026-02-30', '2026-04-31', '2015-13-01', '2026-00-01', '2026-01-00', '2023-02-29', '1900-02-29'],
    ...['2026-01-01T24:00:00Z', '2026-01-01T25:00', '2026-01-01T23:60Z', '2026-01-01T23:59:61Z'],
    ...['2026-01-01T12:00:00+24:00', '2026-01-01T12:00:00+01:60', '2026-01-01T12', '2026-01-01Z'],
    ...['0050-01-01', '26-01-01', '+002026-01-01', '2026-1-1', '2026-01-01T12:00:00.Z', '2026-01-01\n', ''],
  ]) {
    test(`cannot be ${JSON.stringify(text)}`, () => assert.equal(readIsoTime(text), undefined));
  }
});
