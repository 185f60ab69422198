import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ImportSummary } from '../logs/summary.ts';
import { addSummaries, handOverText, summaryText } from './import-summary.ts';

const summary: ImportSummary = {
  lines: 1200,
  imported: 1000,
  failed: 50,
  already: 150,
  seconds: 2,
  lines_per_second: 600,
  failures: Array.from({ length: 20 }, (_, i) => ({ line: i + 1, reason: 'No.' })),
};

describe('a summary', () => {
  it('of one log is that of the log, with exactly the documented keys', () => {
    assert.deepEqual(
      addSummaries([{ name: 'a.log', summary: { ...summary, broken: 'cut' } }], false),
      summary,
    );
  });

  it('of several logs is their sum, and says which log a failure is in', () => {
    const small = { ...summary, lines: 1, imported: 0, failed: 1, already: 0, seconds: 0.5 };
    const one = { ...small, failures: [{ line: 7, reason: 'No.' }] };
    const total = addSummaries(
      [
        { name: 'a.log', summary: one },
        { name: 'b.log', summary },
      ],
      true,
    );
    const { failures, ...sums } = total;
    assert.deepEqual(sums, {
      lines: 1201,
      imported: 1000,
      failed: 51,
      already: 150,
      seconds: 2.5,
      lines_per_second: 480,
    });
    assert.equal(failures.length, 20);
    assert.deepEqual(failures.slice(0, 2), [
      { file: 'a.log', line: 7, reason: 'No.' },
      { file: 'b.log', line: 1, reason: 'No.' },
    ]);
  });

  it('says how to restore hits that may be purged of logs that an earlier version imported', () => {
    const old = { ...summary, maybe_purged: 1500 };
    const logs = ['a.log', 'b.log'].map((name) => ({ name, summary: old }));
    const total = addSummaries([...logs, { name: 'c.log', summary }], true);
    assert.equal(total.maybe_purged, 3000);
    assert.match(summaryText(total), /batches of 3,000 of these lines[\s\S]*--restore-purged\.\n$/);
    assert.doesNotMatch(summaryText(addSummaries([{ name: 'c.log', summary }], false)), /no record/);
  });

  it('of nothing is all zero', () => {
    assert.deepEqual(addSummaries([], false), {
      lines: 0,
      imported: 0,
      failed: 0,
      already: 0,
      seconds: 0,
      lines_per_second: 0,
      failures: [],
    });
  });

  it('is readable text', () => {
    const failures = [
      { line: 3, reason: 'No.' },
      { file: 'b.log', line: 4, reason: 'No!' },
    ];
    assert.equal(
      summaryText({ ...summary, failures }),
      [
        '1,200 lines in 2.0 s (600 lines/s)',
        '  imported  1,000',
        '  already   150',
        '  failed    50',
        '    line 3: No.',
        '    b.log line 4: No!',
        '    and 48 more',
        '',
      ].join('\n'),
    );
  });
});

describe('the line about a server that does the import', () => {
  it('names the flags that have no effect', () => {
    const line = 'A server is running on this data folder; it does the import.';
    assert.equal(handOverText({}), `${line}\n`);
    assert.equal(
      handOverText({ 'keep-hits': {}, 'geo-database': 'x.mmdb', 'ipv6-prefix': 56 }),
      `${line} Its own retention applies, not --keep-hits. Its own city database is used, not --geo-database. Its own prefix of IPv6 clients applies, not --ipv6-prefix.\n`,
    );
  });
});
