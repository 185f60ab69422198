import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { kafkaAddress } from './kafka-address.ts';

const read = (text: string) => kafkaAddress(text, '--stream');

describe('the address of a Kafka topic', () => {
  it('names brokers, with their default port, and the topic', () => {
    const { brokers, topic, tls, sasl, name } = read('kafka://a,[::1]:9093/hits.v1');
    assert.deepEqual(brokers, [
      { host: 'a', port: 9092 },
      { host: '::1', port: 9093 },
    ]);
    assert.deepEqual([topic, tls, sasl, name], ['hits.v1', false, undefined, 'kafka://a,[::1]:9093/hits.v1']);
  });

  it('may use TLS, and a user whose password has any characters', () => {
    const { tls, sasl, name } = read('kafkas://me:p%40ss%3A%2F@a/hits?sasl=scram-sha-512');
    assert.equal(tls, true);
    assert.deepEqual(sasl, { mechanism: 'SCRAM-SHA-512', username: 'me', password: 'p@ss:/' });
    assert.equal(name, 'kafkas://a/hits');
    assert.equal(read('kafka://me:secret@a/hits').sasl?.mechanism, 'PLAIN');
  });

  for (const text of [
    '',
    'kafka://a',
    'kafka://a/',
    'kafka:///hits',
    'kafka://a/hits/more',
    'kafka://a/..',
    'kafka://a:0/hits',
    'kafka://a:70000/hits',
    'kafka://a,,b/hits',
    'kafka://user@a/hits',
    'kafka://:hunter2@a/hits',
    'kafka://u:hunter2%zz@a/hits',
    'kafka://u:hunter2@a/hits?sasl=gssapi',
    'kafka://a/hits?sasl=plain',
    'kafka://u:hunter2@a/hits?other=1',
    'http://a/hits',
  ]) {
    it(`cannot be ${JSON.stringify(text)}`, () => {
      assert.throws(
        () => read(text),
        ({ code, message }) =>
          code === 'bad_setting' && /^--stream: /.test(message) && !/hunter2/.test(message),
      );
    });
  }
});
