import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { rounds } from '../../../test/fixtures/rounds.ts';
import { chunksOf, parseChunk } from './batch-chunks.ts';

/** The elements in all chunks; undefined if the chunks tell nothing. */
function elements(body: string): unknown[] | undefined {
  const bytes = Buffer.from(body);
  const chunks = chunksOf(bytes)?.map((chunk) => parseChunk(bytes, chunk));
  return chunks?.every((chunk) => chunk !== undefined) ? chunks.flat() : undefined;
}

function jsonOf(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

const space = fc.stringMatching(/^[ \t\r\n]{0,2}$/);
const hit = fc.record({
  site: fc.constant('example.com'),
  path: fc.oneof(fc.string(), fc.constantFrom('},{', '"},{"', '\\', '[', '}', '{"a":[{},{}]},{}', 'ä😀')),
  props: fc.oneof(fc.constant({}), fc.constant([{}, { a: [{}, {}] }, {}]), fc.jsonValue()),
});
/** An array of some thousand elements: many chunks. */
const array = fc
  .tuple(fc.array(fc.tuple(hit, space, space), { minLength: 1, maxLength: 12 }), space, space)
  .map(([hits, before, after]) => {
    const texts = hits.map(([value, left, right]) => left + JSON.stringify(value) + right);
    return `${before}[${Array.from({ length: 1500 }, (_, i) => texts[i % texts.length]).join(',')}]${after}`;
  });

test('an array of hits has the elements that JSON says, or is left to the reader of items', () => {
  let chunked = 0;
  const check = fc.property(array, (body) => {
    const read = elements(body);
    if (read) assert.deepEqual(read, JSON.parse(body));
    if (read) chunked++;
  });
  fc.assert(check, { seed: 1, numRuns: rounds(60, 20) });
  assert.ok(chunked >= 3, `only ${chunked} were read in chunks`);
});

test('usual hits are read in chunks, however their array is spaced', () => {
  const hits = Array.from({ length: 3000 }, (_, i) => ({ site: 'a.example', path: `/${i}`, props: { i } }));
  for (const text of [
    JSON.stringify(hits),
    JSON.stringify(hits, null, 2),
    JSON.stringify(hits).replaceAll(',', ' , '),
  ]) {
    assert.deepEqual(elements(text), hits);
    assert.ok(chunksOf(Buffer.from(text))!.length > 3);
  }
});

test('what is no JSON array is never read in chunks', () => {
  const damage = fc.tuple(
    array,
    fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    fc.constantFrom('', '"', '{', '}', '[', ']', ',', '},{', '\\', '\u0000'),
  );
  const check = fc.property(damage, ([body, at, inserted]) => {
    const place = Math.floor(at * body.length);
    const damaged = body.slice(0, place) + inserted + body.slice(inserted === '' ? place + 1 : place);
    const read = elements(damaged);
    if (read) assert.deepEqual(read, jsonOf(damaged));
  });
  fc.assert(check, { seed: 2, numRuns: rounds(150, 50) });
});

test('an array without a place to cut within reach, and what is none, are left to the reader of items', () => {
  const long = JSON.stringify([{ path: 'x'.repeat(20_000) }, { path: '/' }]);
  for (const body of ['', '{}', '[', ']', '[1', '[1,]', '[,1]', '[1] 2', '["a]', '[{]', 'x', long]) {
    assert.equal(elements(body), undefined, body.slice(0, 20));
  }
  assert.deepEqual(elements(' [ ] '), []);
  assert.deepEqual(elements('[1, "a", null]'), [1, 'a', null]);
});
