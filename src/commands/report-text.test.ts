import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Stats, Top } from '../store/stats.ts';
import { csvOf, reportText } from './report-text.ts';

const STATS: Stats = {
  site: 'example.com',
  from: '2026-11-01T00:00:00Z',
  to: '2026-11-03T00:00:00Z',
  interval: 'day',
  totals: { hits: 1234, visitors: 56 },
  series: [
    { time: '2026-11-01T00:00:00Z', hits: 1234, visitors: 56 },
    { time: '2026-11-02T00:00:00Z', hits: 0, visitors: 0 },
  ],
};

describe('a report', () => {
  it('is a table of the series, its total, and the rankings', () => {
    const top: Top = { by: 'path', rows: [{ value: '/a', hits: 1000, visitors: 50 }] };
    const empty: Top = { by: 'country', rows: [] };
    assert.equal(
      reportText(STATS, [top, empty], 52),
      [
        'example.com, 2026-11-01T00:00:00Z to 2026-11-03T00:00:00Z, by day',
        '',
        'day                               hits    visitors',
        '2026-11-01                       1,234          56',
        '2026-11-02                           0           0',
        'total                            1,234          56',
        '',
        'path                              hits    visitors',
        '/a                               1,000          50',
        '',
      ].join('\n'),
    );
  });

  it('shows times to the minute where days are not whole', () => {
    const series = [{ time: '2026-11-01T10:30:00Z', hits: 1, visitors: 1 }];
    assert.match(reportText({ ...STATS, interval: 'minute', series }, [], 80), /^2026-11-01 10:30 /m);
  });

  it('cuts a long series, and says how to get the rest', () => {
    const series = Array.from({ length: 1500 }, () => STATS.series[0]!);
    const lines = reportText({ ...STATS, series }, [], 80).split('\n');
    assert.equal(lines.filter((line) => line.startsWith('2026-11-01')).length, 400);
    assert.ok(lines.includes('… and 1,100 more; --csv gives all'));
  });

  it('stays within its width, cuts no character in half and passes no control character on', () => {
    const texts = fc.string({ unit: 'binary', maxLength: 200 });
    fc.assert(
      fc.property(texts, fc.integer({ min: 45, max: 200 }), (value, columns) => {
        const text = reportText(STATS, [{ by: 'path', rows: [{ value, hits: 1, visitors: 1 }] }], columns);
        const row = text.trimEnd().split('\n').at(-1)!;
        assert.ok(row.length <= columns && row.endsWith('           1           1'), JSON.stringify(row));
        assert.ok(row.isWellFormed());
        assert.doesNotMatch(row, /\p{Cc}|\p{Cf}/u);
      }),
      { seed: 80, numRuns: 500 },
    );
  });
});

describe('CSV', () => {
  it('quotes what has to be quoted', () => {
    const rows = [{ value: 'a,"b"\nc', hits: 1 }];
    assert.equal(csvOf(rows), 'value,hits\r\n"a,""b""\nc",1\r\n');
  });

  it('is no formula in a spreadsheet', () => {
    for (const value of ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1']) {
      assert.equal(csvOf([{ value }]), `value\r\n'${value}\r\n`);
    }
  });

  it('of nothing is nothing', () => {
    assert.equal(csvOf([]), '');
  });
});
