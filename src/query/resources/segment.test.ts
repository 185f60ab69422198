import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Filter } from '../engine/query.ts';
import { readQuery } from '../language/query-reader.ts';
import { withSegment } from './segment.ts';

const ABROAD: Filter = ['is_not', 'country', ['DE']];
const BLOG: Filter = ['matches', 'page', ['/blog/*']];
const segmentsOf = (site: string) =>
  site === 'a.example'
    ? [
        { name: 'abroad', filters: [ABROAD] },
        { name: 'new', filters: [BLOG] },
      ]
    : [];

function resolved(query: unknown): unknown {
  return withSegment(query, segmentsOf);
}

describe('a query with a segment', () => {
  const query = { site: 'a.example', period: '30d', metrics: ['visits'] };

  test('has its filters after its own', () => {
    assert.deepEqual(resolved({ ...query, segment: 'abroad', filters: [BLOG] }), {
      ...query,
      filters: [BLOG, ABROAD],
    });
    assert.deepEqual(resolved({ ...query, site: ['a.example'], segment: 'new' }), {
      ...{ ...query, site: ['a.example'] },
      filters: [BLOG],
    });
  });

  test('is refused with the place of a wrong filter as it was written', () => {
    const asked = resolved({ ...query, segment: 'abroad', filters: [BLOG, ['is', 'contry', ['DE']]] });
    const message = /^filters\[1\]\[1\] "contry" is unknown: did you mean "country"/;
    assert.throws(() => readQuery(asked, 0, []), { code: 'invalid', message });
  });

  test('is of one site', () => {
    for (const site of [undefined, null, ['a.example', 'b.example']]) {
      const message = 'segment "abroad": a segment belongs to one site, so set site to that one';
      assert.throws(() => resolved({ ...query, site, segment: 'abroad' }), { code: 'invalid', message });
    }
  });

  test('is rejected with a suggestion if it is unknown', () => {
    const refused = (site: string, segment: unknown) => {
      let message = '';
      assert.throws(
        () => resolved({ ...query, site, segment }),
        (error: { code: string; message: string }) => {
          message = error.message;
          return error.code === 'invalid';
        },
      );
      return message;
    };
    assert.equal(refused('a.example', 'abraod'), 'segment "abraod" is unknown: did you mean "abroad"?');
    assert.equal(refused('a.example', 'constructor'), 'segment "constructor" is unknown: use abroad, new');
    assert.equal(refused('b.example', 'abroad'), 'segment "abroad" is unknown: b.example has no segments');
    assert.equal(refused('a.example', 1), 'segment is not a string');
  });

  test('is unchanged without one, even if it is invalid', () => {
    for (const each of [undefined, null, [], 'text', 7, query, { segment: null }])
      assert.equal(resolved(each), each);
  });

  test('is rejected where no segments are available', () => {
    const message = 'stored segments are not available here: set filters instead';
    assert.throws(() => readQuery({ ...query, segment: 'abroad' }, 0, []), { code: 'invalid', message });
  });
});
