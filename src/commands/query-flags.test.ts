import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readSettings } from '../config.ts';
import { REPORT_SETTINGS } from '../settings/report.ts';
import { queryOfFlags } from './query-flags.ts';

/** The query of these flags; undefined for a report without a query. */
function queryOf(...args: string[]): Record<string, unknown> | undefined {
  return queryOfFlags(readSettings(REPORT_SETTINGS, args, {}).values) as Record<string, unknown> | undefined;
}

describe('a filter of a report', () => {
  for (const [sign, operator] of [
    ['>', 'greater'],
    ['>=', 'at_least'],
    ['<', 'less'],
    ['<=', 'at_most'],
  ] as const) {
    it(`may compare by ${sign}, with spaces and without`, () => {
      for (const text of [
        `visit_duration${sign}10`,
        `visit_duration ${sign} 10`,
        `(visit_duration${sign}10)`,
      ]) {
        assert.deepEqual(queryOf('--filter', text)?.filters, [[operator, 'visit_duration', [10]]], text);
      }
    });
  }

  it('belongs to a query if its name has an equals sign', () => {
    for (const text of ['prop:a=b is c', '"prop:a=b" is c'])
      assert.deepEqual(queryOf('--filter', text)?.filters, [['is', 'prop:a=b', ['c']]]);
  });

  it('belongs to a query if it has several words, so that a misspelt operator is reported as such', () => {
    assert.deepEqual(queryOf('--filter', 'country iss DE')?.filters, [['iss', 'country', ['DE']]]);
    assert.throws(() => queryOf('--filter', 'country is'), /lacks a value after "is"/);
    assert.throws(() => queryOf('--filter', 'country "DE"'), /lacks an operator after "country"/);
  });

  it('with an equals sign after its name belongs to no query, whatever its values are', () => {
    for (const text of ['path=/a>b', 'path = /a is b', 'path!=/(a)', 'path != <a>', 'contry=DE'])
      assert.equal(queryOf('--filter', text), undefined);
  });
});

describe('a flag of a report', () => {
  it('for metrics applies to the rows of a ranking, which have hits and visitors otherwise', () => {
    const query = queryOf('--by', 'source', '--metrics', 'visits,bounce_rate');
    assert.deepEqual([query?.dimensions, query?.metrics], [['source'], ['visits', 'bounce_rate']]);
    for (const args of [
      ['--by', 'source'],
      ['--metrics', 'visits'],
      ['--metrics', 'visits', '--by', 'day'],
    ])
      assert.equal(queryOf(...args), undefined);
    assert.throws(
      () => queryOf('--by', 'source', '--metrics', 'visits', '--filter', 'country=DE'),
      /cannot be combined with a query: write it like/,
    );
  });

  it('is passed on unchanged if it is named like a member of all objects', () => {
    for (const name of ['constructor', 'toString', '__proto__']) {
      const query = queryOf('--by', `path,${name}`, '--order', name, '--compare', name);
      assert.deepEqual(query?.dimensions, ['page', name]);
      assert.deepEqual(query?.order_by, [[name, 'asc']]);
      assert.deepEqual(query?.include, { comparison: name, totals: true, total_rows: true });
    }
  });
});
