import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parameter, parameterOr, readParameter, readText } from './parameter.ts';
import { BOOLEAN, choice, integer, list, TEXT, textUpTo } from './schema.ts';

const ZONE = parameterOr('UTC', TEXT, 'time zone');
const LABEL = parameter(textUpTo(5), 'label');
const LIMIT = parameterOr(10, integer(1, 1000), 'rows');
const PEERS = parameterOr(true, BOOLEAN, 'peers');
const BOTS = parameter(choice(['exclude', 'only']), 'bots');
const METRICS = parameterOr([], list(choice(['hits', 'visits']), 2), 'metrics');

function invalid(message: string) {
  return { code: 'invalid', status: 400, message };
}

describe('a parameter', () => {
  test('that is missing has its default', () => {
    for (const missing of [undefined, null]) {
      assert.equal(readParameter('timezone', ZONE, missing), 'UTC');
      assert.equal(readParameter('label', LABEL, missing), undefined);
      assert.equal(readParameter('limit', LIMIT, missing), 10);
      assert.equal(readParameter('peers', PEERS, missing), true);
      assert.equal(readParameter('bots', BOTS, missing), undefined);
      assert.deepEqual(readParameter('metrics', METRICS, missing), []);
    }
  });

  test('that is empty counts as missing, unless it has named values', () => {
    assert.equal(readParameter('timezone', ZONE, ' '), 'UTC');
    assert.equal(readParameter('limit', LIMIT, ''), 10);
    assert.deepEqual(readParameter('metrics', METRICS, ''), []);
    assert.throws(() => readParameter('bots', BOTS, ''), invalid('bots "" is unknown: use exclude, only'));
    assert.throws(() => readParameter('peers', PEERS, ''), invalid('peers "" is unknown: use true, false'));
  });

  test('is a value of its type', () => {
    assert.equal(readParameter('limit', LIMIT, '1000'), 1000);
    assert.equal(readParameter('peers', PEERS, 'false'), false);
    assert.equal(readParameter('bots', BOTS, ' only '), 'only');
    assert.deepEqual(readParameter('metrics', METRICS, 'visits, hits'), ['visits', 'hits']);
    assert.equal(readParameter('label', LABEL, 'hits'), 'hits');
  });

  test('may come from a program as a number, a switch or a time', () => {
    assert.equal(readParameter('limit', LIMIT, 1000), 1000);
    assert.equal(readParameter('peers', PEERS, false), false);
    assert.equal(readText('from', new Date(0)), '1970-01-01T00:00:00.000Z');
  });

  test('of another kind is refused, with what is allowed', () => {
    for (const [name, given, message] of [
      ['limit', '1001', 'limit "1001" is not a number from 1 to 1000'],
      ['limit', '1e2', 'limit "1e2" is not a number from 1 to 1000'],
      ['limit', ['1', '2'], 'limit is given more than once'],
      ['peers', 'no', 'peers "no" is unknown: use true, false'],
      ['bots', 'all', 'bots "all" is unknown: use exclude, only'],
      ['metrics', 'hits,views', 'metrics "views" is unknown: use hits, visits'],
      ['metrics', 'hits,visits,hits', 'metrics has 3 values, 2 are allowed'],
      ['label', 'visitors', 'label has 8 characters, 5 are allowed'],
      ['label', { a: 1 }, 'label must be a text, not an object'],
      ['limit', 1e6, 'limit "1000000" is not a number from 1 to 1000'],
    ] as const) {
      const { schema, description } = {
        limit: LIMIT,
        peers: PEERS,
        bots: BOTS,
        metrics: METRICS,
        label: LABEL,
      }[name];
      assert.throws(() => readParameter<unknown>(name, { schema, description }, given), invalid(message));
    }
  });
});
