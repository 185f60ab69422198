import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { faultOf, readBody } from './check.ts';
import {
  BOOLEAN,
  COUNT,
  choice,
  either,
  extended,
  integer,
  list,
  matching,
  NUMBER,
  nullable,
  object,
  partialRecord,
  record,
  type Schema,
  type Static,
  TEXT,
  textUpTo,
} from './schema.ts';

const SCOPE = choice(['read', 'write']);
const WANTED = object({ name: TEXT, scope: SCOPE }, { used: nullable(COUNT) });

/** Schemas of every kind. */
const SCHEMAS: Readonly<Record<string, Schema>> = {
  ...{ text: TEXT, number: NUMBER, count: COUNT, boolean: BOOLEAN, choice: SCOPE },
  short: textUpTo(3),
  status: matching(/^[1-5]xx$/),
  limit: integer(1, 10),
  list: list(COUNT, 2),
  object: WANTED,
  more: extended(WANTED, { token: TEXT }),
  record: record(COUNT),
  partial: partialRecord(['bot', 'invalid'], COUNT),
  nullChoice: nullable(SCOPE),
  nullObject: nullable(WANTED),
  either: either(TEXT, list(NUMBER), object({ time: NUMBER })),
  deep: object({ tokens: list(WANTED) }),
};

describe('a check', () => {
  test('says what is wrong, by the name of the member', () => {
    for (const [value, fault] of [
      [{ scope: 'read' }, 'name is missing'],
      [{ name: 7, scope: 'read' }, 'name is not a string'],
      [{ name: 'a', scope: 'all' }, 'scope "all" is unknown: use read, write'],
      [{ name: 'a', scope: 'read', used: -1 }, 'used is less than 0'],
      [{ name: 'a', scope: 'read', used: 0.5 }, 'used is not a whole number'],
      [[], 'the body is not an object'],
      [null, 'the body is not an object'],
      [{ name: 'a', scope: 'read', used: null, other: {} }, undefined],
    ] as const) {
      assert.equal(faultOf(WANTED, value, 'the body'), fault);
    }
    assert.equal(faultOf(list(TEXT), ['a', 7], 'names'), 'names[1] is not a string');
    assert.equal(faultOf(textUpTo(3), 'four', 'label'), 'label has 4 characters, 3 are allowed');
  });

  test('of a body shows a valid one', () => {
    assert.throws(() => readBody(object({ public: BOOLEAN }), { public: 1 }, { public: true }), {
      code: 'invalid',
      message: 'the body does not match {"public":true}: public is neither true nor false',
    });
    const body: Static<typeof WANTED> = readBody(
      WANTED,
      { name: 'a', scope: 'read' },
      { name: 'b', scope: 'write' },
    );
    assert.deepEqual(body, { name: 'a', scope: 'read' });
  });

  test('does not treat inherited names as members', () => {
    assert.equal(faultOf(object({ constructor: TEXT }), {}, 'it'), 'constructor is missing');
    assert.equal(
      faultOf(WANTED, JSON.parse('{"name":"a","scope":"read","__proto__":1,"toString":2}'), 'it'),
      undefined,
    );
  });

  test('agrees with a validator of JSON Schema on values of all kinds', () => {
    const ajv = new Ajv2020({ strict: false });
    const leaf = fc.oneof(
      fc.constantFrom(null, true, 'read', 'write', 'abc', '5xx', '😀😀😀', '😀😀😀😀', 0, 1, -1, 10, 11, 0.5),
      fc.string({ maxLength: 5 }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    );
    const name = fc.constantFrom('name', 'scope', 'used', 'token', 'tokens', 'time', 'bot', 'invalid', 'x');
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        leaf,
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(name, tie('value'), { maxKeys: 5 }),
        fc.record({
          name: fc.oneof(fc.string(), leaf),
          scope: fc.constantFrom('read', 'all'),
          token: leaf,
          used: leaf,
        }),
        fc.record({ bot: leaf, invalid: leaf }, { requiredKeys: [] }),
      ),
    }));
    let right = 0;
    for (const [kind, schema] of Object.entries(SCHEMAS)) {
      const validate = ajv.compile({ ...schema });
      fc.assert(
        fc.property(value, (each) => {
          const fault = faultOf(schema, each, 'it');
          assert.equal(fault === undefined, validate(each), `${kind}: ${JSON.stringify(each)}: ${fault}`);
          if (fault === undefined) right++;
          else assert.ok(fault.isWellFormed() && !/[\u0000-\u001f]/.test(fault));
        }),
        { seed: 91, numRuns: 1000 },
      );
    }
    assert.ok(right > 300, `${right} values are right`);
  });
});
