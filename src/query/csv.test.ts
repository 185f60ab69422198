import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { csvOf } from './csv.ts';

describe('CSV', () => {
  it('quotes values that need quotes', () => {
    const rows = [{ value: 'a,"b"\nc', hits: 1 }];
    assert.equal(csvOf(rows), 'value,hits\r\n"a,""b""\nc",1\r\n');
  });

  it('has no formulas for a spreadsheet', () => {
    for (const value of ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '＝1+1', '＋1', '－1', '＠A1']) {
      assert.equal(csvOf([{ value }]), `value\r\n'${value}\r\n`);
    }
  });

  it('of nothing is empty', () => {
    assert.equal(csvOf([]), '');
    assert.equal(csvOf([], ['value', 'hits']), 'value,hits\r\n');
  });
});
