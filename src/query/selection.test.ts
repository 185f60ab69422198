import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { anyCharacter } from '../../test/fixtures/any-character.ts';
import { DIMENSIONS } from '../clickhouse/dimension.ts';
import { HitError } from '../errors.ts';
import { readDimension } from './ranking.ts';
import {
  checkIntervals,
  chooseInterval,
  INTERVALS,
  readComparison,
  readInterval,
  readLimit,
  readMetrics,
  readSelection,
  readTimeZone,
} from './selection.ts';

const HOUR = 3_600_000;

function invalid(message: RegExp) {
  return { code: 'invalid', status: 400, message };
}

describe('a selection', () => {
  test('without parameters covers people, on all sites, for all time', () => {
    const nothing = {
      site: '',
      from: undefined,
      to: undefined,
      bots: 'exclude',
      status: [],
      classes: [],
      filters: [],
    };
    assert.deepEqual(readSelection({}), nothing);
    assert.deepEqual(readSelection({ site: '', from: '', to: undefined, status: ' ' }), nothing);
  });

  test('has a site in lower case without a port', () => {
    assert.equal(readSelection({ site: 'Example.COM:8080' }).site, 'example.com');
    assert.throws(() => readSelection({ site: 'no host' }), invalid(/site "no host" is not a host name/));
  });

  test('accepts dates and times, in UTC unless they have an offset', () => {
    const times = {
      '2026-01-31': '2026-01-31T00:00:00.000Z',
      '2026-01-31T12:30': '2026-01-31T12:30:00.000Z',
      '2026-01-31 12:30:15': '2026-01-31T12:30:15.000Z',
      '2026-01-31T12:30:15.123456Z': '2026-01-31T12:30:15.123Z',
      '2026-01-31T12:30+05:45': '2026-01-31T06:45:00.000Z',
      '2026-01-31T12:30:00-0300': '2026-01-31T15:30:00.000Z',
      '2024-02-29': '2024-02-29T00:00:00.000Z',
      '1970-01-01': '1970-01-01T00:00:00.000Z',
      '2298-12-31T23:59:59Z': '2298-12-31T23:59:59.000Z',
      '2024-02-29T23:59:60Z': '2024-03-01T00:00:00.000Z',
    };
    for (const [text, time] of Object.entries(times)) {
      assert.equal(new Date(readSelection({ from: text }).from!).toISOString(), time);
    }
  });

  test('names an invalid time', () => {
    for (const text of [
      ...['yesterday', '1700000000', '2026', '2026-1-1', '2026-13-01', '2026-01-31T25:00', '31.1.2026'],
      ...[
        '2026-02-30',
        '2026-02-29',
        '2026-04-31T10:00:00Z',
        '2026-01-01T10',
        '2026-01-01Z',
        '2026-01-01T00:00+99:00',
      ],
      ...['1969-12-31', '2299-01-01', '9999-12-31', '0000-01-01', '+002026-01-01', '2026-01-01; SELECT 1'],
    ]) {
      for (const word of ['from', 'to']) {
        assert.throws(() => readSelection({ [word]: text }), {
          code: 'invalid',
          message: `${word} "${text}" is not a time such as 2026-01-31 or 2026-01-31T12:00:00Z`,
        });
      }
    }
  });

  test('cannot end before it begins', () => {
    const params = { from: '2026-01-02', to: '2026-01-02' };
    assert.throws(() => readSelection(params), invalid(/from \(2026-01-02\) is not before to/));
  });

  test('has statuses and status classes', () => {
    assert.deepEqual(readSelection({ status: '2xx, 304,404' }).status, [2, 304, 404]);
    for (const status of ['6xx', '2x', '99', '1000', '200,', 'ok', '200;404']) {
      assert.throws(
        () => readSelection({ status }),
        invalid(/is neither a class such as 2xx nor a status such as 404/),
      );
    }
  });

  test('says whether bots are included', () => {
    assert.equal(readSelection({ bots: 'only' }).bots, 'only');
    assert.throws(
      () => readSelection({ bots: 'all' }),
      invalid(/bots "all" is unknown: use exclude, include, only/),
    );
  });

  test('includes bots if a filter names one, unless they are explicitly excluded', () => {
    const { filters, bots } = readSelection({ filter: 'path=/blog/*', 'country!': 'DE' });
    assert.deepEqual(
      filters.map(({ dimension }) => dimension),
      ['path', 'country'],
    );
    assert.equal(bots, 'exclude');
    assert.equal(readSelection({ bot: 'Googlebot' }).bots, 'include');
    assert.equal(readSelection({ 'bot!': 'Googlebot' }).bots, 'exclude');
    assert.equal(readSelection({ bot: 'Googlebot', bots: 'exclude' }).bots, 'exclude');
    assert.throws(
      () => readSelection({ filter: 'age=7' }),
      invalid(/^filter "age=7" has an unknown dimension/),
    );
  });

  test('has each parameter once', () => {
    for (const word of ['site', 'from', 'to', 'bots', 'status']) {
      assert.throws(
        () => readSelection({ [word]: ['a', 'b'] }),
        invalid(new RegExp(`^${word} is given more than once`)),
      );
    }
  });
});

describe('a dimension', () => {
  test('is one of the known dimensions, and never another column', () => {
    for (const by of DIMENSIONS) assert.match(readDimension(by), /^[a-z_]+$/);
    assert.equal(readDimension(undefined), 'path');
    for (const by of ['', 'visitor', 'path; DROP', 'constructor', '__proto__', 'toString'])
      assert.throws(() => readDimension(by), invalid(/^by ".*" is unknown: use path, referrer, /));
    assert.throws(() => readDimension('PATH'), invalid(/^by "PATH" is unknown: did you mean "path"\?/));
  });
});

describe('an interval', () => {
  test('defaults to one that suits the period', () => {
    assert.equal(readInterval(undefined), undefined);
    assert.equal(readInterval(''), undefined);
    assert.throws(() => readInterval('year'), invalid(/use minute, hour, day, week, month/));
    const chosen = [1, 2, 24, 72, 24 * 30, 24 * 365, 24 * 3650].map((hours) =>
      chooseInterval(0, hours * HOUR),
    );
    assert.deepEqual(chosen, ['minute', 'minute', 'hour', 'hour', 'day', 'week', 'month']);
  });

  test('that is chosen automatically has a reasonable number of points', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 * 365 * 24 * HOUR }), (length) => {
        assert.doesNotThrow(() => checkIntervals(chooseInterval(0, length), { from: 0, to: length }));
      }),
      { seed: 4 },
    );
  });

  test('that divides a period into more than 10,000 is refused', () => {
    checkIntervals('minute', { from: 0, to: 10_000 * 60_000 });
    assert.throws(
      () => checkIntervals('minute', { from: 0, to: 10_000 * 60_000 + 1 }),
      invalid(/has 10001 intervals of a minute, more than 10000:/),
    );
    for (const interval of INTERVALS)
      assert.throws(() => checkIntervals(interval, { from: 0, to: 1e15 }), HitError);
  });
});

describe('metrics', () => {
  test('are hits and visitors, and requested metrics of visits', () => {
    for (const none of [undefined, '', ' ', 'hits', 'visitors,hits']) {
      assert.deepEqual(readMetrics(none), ['hits', 'visitors']);
    }
    assert.deepEqual(readMetrics('bounce_rate, visits'), ['hits', 'visitors', 'visits', 'bounce_rate']);
    for (const value of ['views', 'visits,', 'visits;hits', 'constructor'])
      assert.throws(() => readMetrics(value), invalid(/^metrics ".*" is unknown: use hits, visitors, /));
    assert.throws(
      () => readMetrics('VISITS'),
      invalid(/^metrics "VISITS" is unknown: did you mean "visits"\?/),
    );
  });
});

describe('a comparison', () => {
  test('is with the previous period, or with the year before', () => {
    assert.equal(readComparison(undefined), undefined);
    assert.equal(readComparison(''), undefined);
    assert.equal(readComparison('previous'), 'previous');
    assert.equal(readComparison('year'), 'year');
    assert.throws(() => readComparison('month'), invalid(/^compare "month" is unknown: use previous, year$/));
  });
});

describe('a time zone', () => {
  test('must be a known one, and is UTC by default', () => {
    assert.equal(readTimeZone(undefined), 'UTC');
    assert.equal(readTimeZone('europe/berlin'), 'Europe/Berlin');
    for (const zone of ['Mars/Base', '+05:30', '-03:00', "'; SELECT 1", 'Europe/Berlin\0']) {
      assert.throws(() => readTimeZone(zone), invalid(/is not an IANA time zone such as Europe\/Berlin/));
    }
  });
});

describe('a limit', () => {
  test('is a positive integer', () => {
    assert.equal(readLimit(undefined), 10);
    assert.equal(readLimit('1000'), 1000);
    for (const text of ['0', '1001', '-1', '1.5', '1e3', '0x10', 'many']) {
      assert.throws(() => readLimit(text), invalid(/is not a number from 1 to 1000/));
    }
  });
});

test('any input is parsed, or refused in one printable line', () => {
  const anything = fc.oneof(fc.string({ unit: anyCharacter }), fc.anything());
  fc.assert(
    fc.property(
      fc.constantFrom('site', 'from', 'to', 'bots', 'status', 'filter', 'path', 'bot!'),
      anything,
      (word, value) => {
        for (const read of [
          () => readSelection({ [word]: value }),
          () => readTimeZone(value),
          () => readLimit(value),
          () => readMetrics(value),
          () => readComparison(value),
        ]) {
          try {
            read();
          } catch (error) {
            assert.ok(error instanceof HitError && error.code === 'invalid');
            assert.ok(error.message.isWellFormed() && error.message.length < 300);
            assert.doesNotMatch(error.message, /[\u0000-\u001f\u007f]/);
          }
        }
      },
    ),
    { seed: 5, numRuns: 1000 },
  );
});
