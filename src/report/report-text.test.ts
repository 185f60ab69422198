import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { anyCharacter } from '../../test/fixtures/any-character.ts';
import type { Stats, Top } from '../query/answers.ts';
import { csvOf } from '../query/csv.ts';
import { csvAnswer, ReportAnswer } from './report-answer.ts';
import { reportText, seriesRows } from './report-text.ts';

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

/** A ranking of the same period. */
function topOf(by: Top['by'], rows: Top['rows'] = []): Top {
  return { by, from: STATS.from, to: STATS.to, rows };
}

describe('a report', () => {
  it('is a table of the series, its total, and the rankings', () => {
    const top = topOf('path', [{ value: '/a', hits: 1000, visitors: 50 }]);
    const empty = topOf('country');
    assert.equal(
      reportText(STATS, [top, empty], 52),
      [
        'example.com, 2026-11-01 to 2026-11-03 (UTC), by day',
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

  it('has a column for each metric, and the change of each beside the totals', () => {
    const point = { hits: 1234, visitors: 56, visits: 60, bounce_rate: 0.4213, visit_duration: 83.4 };
    const nobody = { hits: 0, visitors: 0, visits: 0, bounce_rate: null, visit_duration: null };
    const before = { hits: 1000, visitors: 60, visits: 60, bounce_rate: 0.5, visit_duration: 7504.2 };
    const stats: Stats = {
      ...STATS,
      totals: point,
      series: [
        { time: '2026-11-01T00:00:00Z', ...point },
        { time: '2026-11-02T00:00:00Z', ...nobody },
      ],
      comparison: {
        ...{ from: '2026-10-30T00:00:00Z', to: '2026-11-01T00:00:00Z', totals: before, series: [] },
        change: { hits: 0.234, visitors: -0.0667, visits: 0, bounce_rate: -0.1574, visit_duration: null },
      },
    };
    assert.equal(
      reportText(stats, [], 80),
      [
        'example.com, 2026-11-01 to 2026-11-03 (UTC), by day',
        'compared with 2026-10-30 to 2026-11-01',
        '',
        'day                       hits    visitors      visits bounce rate    duration',
        '2026-11-01               1,234          56          60      42.1 %      1m 23s',
        '2026-11-02                   0           0           0           –           –',
        'total                    1,234          56          60      42.1 %      1m 23s',
        'before                   1,000          60          60      50.0 %      2h 05m',
        'change                 +23.4 %      -6.7 %       0.0 %     -15.7 %           –',
        '',
      ].join('\n'),
    );
  });

  it('says how exact it is, and what it omits', () => {
    const text = reportText({ ...STATS, error: 0.0102, purged_before: '2026-11-02T00:00:00Z' }, [], 80);
    assert.match(text, /^visitors are estimates with a standard error of 1\.0 %$/m);
    assert.match(text, /^hits before 2026-11-02 are purged: figures that need them are –$/m);
    assert.match(reportText(STATS, [{ ...topOf('path'), error: 0.0102 }], 80), /^visitors are estimates/m);
    assert.doesNotMatch(reportText(STATS, [], 80), /estimates|purged/);
  });

  it('shows a dash for unknown values, and says where the period of a ranking starts', () => {
    const unknown = { hits: null, visitors: null };
    const series = [{ time: '2026-11-01T00:00:00Z', ...unknown }, STATS.series[1]!];
    const since = '2026-11-02T00:00:00Z';
    const stats: Stats = { ...STATS, totals: unknown, series, purged_before: since };
    const tops: Top[] = [
      { ...topOf('path', [{ value: '/a', hits: 1000, visitors: 50 }]), purged_before: since },
      { ...topOf('country'), purged_before: since },
    ];
    assert.equal(
      reportText(stats, tops, 64),
      [
        'example.com, 2026-11-01 to 2026-11-03 (UTC), by day',
        'hits before 2026-11-02 are purged: figures that need them are –',
        '',
        'day                                           hits    visitors',
        '2026-11-01                                       –           –',
        '2026-11-02                                       0           0',
        'total                                            –           –',
        '',
        'path, of hits since 2026-11-02                hits    visitors',
        '/a                                           1,000          50',
        '',
        'country, of hits since 2026-11-02             hits    visitors',
        '',
      ].join('\n'),
    );
    assert.deepEqual(csvOf(seriesRows(stats)).split('\r\n').slice(1, 3), [
      '2026-11-01T00:00:00Z,,',
      '2026-11-02T00:00:00Z,0,0',
    ]);
  });

  it('says where the period of a ranking ends if visits lack hits', async () => {
    const source = {
      ...topOf('source', [{ value: 'Google', hits: 1000, visitors: 50 }]),
      pending_since: '2026-11-02T12:00:00Z',
    };
    assert.match(reportText(STATS, [source], 80), /^source, of hits before 2026-11-02 12:00 +hits/m);
    const both = { ...source, purged_before: '2026-11-02T00:00:00Z' };
    assert.match(reportText(STATS, [both], 80), /^source, of 2026-11-02 to 2026-11-02 12:00 +hits/m);
    const answers = { stats: async () => STATS, top: async () => source };
    const { json } = await ReportAnswer.of(answers, { by: 'source' });
    const { tops, tops_pending_since, tops_purged_before } = json as Record<string, unknown>;
    assert.deepEqual(
      [tops, tops_pending_since, tops_purged_before],
      [{ source: source.rows }, { source: source.pending_since }, undefined],
    );
    const warnings: string[] = [];
    await csvAnswer(answers, { by: 'source' }, (message) => warnings.push(message));
    assert.deepEqual(warnings, [
      'Visits since 2026-11-02T12:00:00Z lack hits that are still being added: rows count hits before.',
    ]);
  });

  it('says which period a ranking covers if it had to use whole days', () => {
    const top = topOf('path', [{ value: '/a', hits: 1000, visitors: 50 }]);
    const longer = { ...top, to: '2026-11-04T00:00:00Z' };
    assert.match(reportText(STATS, [longer], 80), /^path, of 2026-11-01 to 2026-11-04 +hits/m);
    assert.match(
      reportText(STATS, [{ ...top, from: '2026-10-31T00:00:00Z' }], 80),
      /^path, of 2026-10-31 to 2026-11-03 /m,
    );
    // The ranking of a period that ends now is queried a moment later.
    assert.match(reportText(STATS, [{ ...top, to: '2026-11-03T00:00:00.007Z' }], 80), /^path +hits/m);
    assert.match(reportText({ ...STATS, from: '2026-10-01T00:00:00Z' }, [top], 80), /^path +hits/m);
  });

  it('shows times to the minute if days are not whole', () => {
    const series = [{ time: '2026-11-01T10:30:00Z', hits: 1, visitors: 1 }];
    assert.match(reportText({ ...STATS, interval: 'minute', series }, [], 80), /^2026-11-01 10:30 /m);
  });

  it('shows local times in its time zone', () => {
    const series = [{ time: '2026-10-31T18:15:00Z', hits: 1, visitors: 1 }];
    const text = reportText({ ...STATS, series }, [], 80, 'Asia/Kathmandu');
    assert.match(text, /^example\.com, 2026-11-01 05:45 to 2026-11-03 05:45 \(Asia\/Kathmandu\), by day$/m);
    assert.match(text, /^2026-11-01 /m);
  });

  it('truncates a long series, and says how to get the rest', () => {
    const series = Array.from({ length: 1500 }, () => STATS.series[0]!);
    const lines = reportText({ ...STATS, series }, [], 80).split('\n');
    assert.equal(lines.filter((line) => line.startsWith('2026-11-01')).length, 400);
    assert.ok(lines.includes('… and 1,100 more; use --csv for all'));
  });

  it('stays within its width, splits no character, and prints no control character', () => {
    const texts = fc.string({ unit: anyCharacter, maxLength: 200 });
    fc.assert(
      fc.property(texts, fc.integer({ min: 45, max: 200 }), (value, columns) => {
        const text = reportText(STATS, [topOf('path', [{ value, hits: 1, visitors: 1 }])], columns);
        const row = text.trimEnd().split('\n').at(-1)!;
        assert.ok(row.length <= columns && row.endsWith('           1           1'), JSON.stringify(row));
        assert.ok(row.isWellFormed());
        assert.doesNotMatch(row, /\p{Cc}|\p{Cf}/u);
      }),
      { seed: 80, numRuns: 500 },
    );
  });
});

describe('a series as rows', () => {
  const point = { hits: 5, visitors: 1, bounce_rate: null };
  const series = [
    { time: '2026-11-01T00:00:00Z', ...point },
    { time: '2026-11-02T00:00:00Z', ...point },
  ];

  it('is empty where values are unknown', () => {
    const lines = csvOf(seriesRows({ ...STATS, series })).split('\r\n');
    assert.deepEqual(lines.slice(0, 2), ['time,hits,visitors,bounce_rate', '2026-11-01T00:00:00Z,5,1,']);
  });

  it('has the points of the other period beside it, as far as there are any', () => {
    const other = { from: '2026-10-31', to: '2026-11-01', totals: point, change: {} };
    const comparison = { ...other, series: [{ time: '2026-10-31T00:00:00Z', ...point, hits: 4 }] };
    assert.equal(
      csvOf(seriesRows({ ...STATS, series, comparison })),
      [
        'time,hits,visitors,bounce_rate,compared_time,compared_hits,compared_visitors,compared_bounce_rate',
        '2026-11-01T00:00:00Z,5,1,,2026-10-31T00:00:00Z,4,1,',
        '2026-11-02T00:00:00Z,5,1,,,,,',
        '',
      ].join('\r\n'),
    );
  });
});
