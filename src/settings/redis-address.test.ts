import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readLive, redisAddress } from './redis-address.ts';

describe('the address of a Redis', () => {
  test('names one server, with or without a password and a database', () => {
    const { kind, tls, hosts, username, password, database, name } = redisAddress(
      'rediss://ann:p%40ss@cache.example/3',
      '--live',
    );
    assert.deepEqual([kind, tls, username, password, database], ['single', true, 'ann', 'p@ss', 3]);
    assert.deepEqual(hosts, [{ host: 'cache.example', port: 6379 }]);
    assert.equal(name, 'rediss://cache.example/3');
    assert.deepEqual(redisAddress('redis://[::1]:7000', '--live').hosts, [{ host: '::1', port: 7000 }]);
    assert.equal(redisAddress('redis://:secret@a', '--live').username, undefined);
  });

  test('names sentinels and their master', () => {
    const { kind, hosts, master, database } = redisAddress('redis+sentinel://a,b:1/mymaster/2', '--live');
    assert.deepEqual([kind, master, database], ['sentinel', 'mymaster', 2]);
    assert.deepEqual(hosts, [
      { host: 'a', port: 26_379 },
      { host: 'b', port: 1 },
    ]);
  });

  test('names some servers of a cluster', () => {
    const { kind, hosts } = redisAddress('redis+cluster://a:7000,b:7001', '--live');
    assert.deepEqual([kind, hosts.length], ['cluster', 2]);
  });

  for (const [text, complaint] of [
    ['redis://', /is not an address such as redis:\/\/host:6379/],
    ['redis://a,b', /names several hosts/],
    ['redis://a:99999', /has no host/],
    ['redis://a b', /has no host/],
    ['redis://a/x', /number of a database/],
    ['redis://hunter2@a', /has a user without a password/],
    ['redis://:hunter2%@a', /does not encode a character/],
    ['redis+sentinel://a', /does not name the master/],
    ['redis+cluster://a/1', /a cluster has only 0/],
  ] as const) {
    test(`is refused as ${text}, and no password is shown`, () => {
      assert.throws(
        () => redisAddress(text, '--live'),
        (error: Error) => complaint.test(error.message) && !error.message.includes('hunter2'),
      );
    });
  }

  test('may be omitted, to use the memory of this process', () => {
    assert.equal(readLive('memory', '--live'), undefined);
    assert.throws(() => readLive('memcached://a', '--live'), /neither memory nor redis/);
  });
});
