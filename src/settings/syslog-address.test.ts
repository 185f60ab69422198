import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readSyslogAddresses, syslogAddressText } from './syslog-address.ts';

test('addresses of syslog are read as they are written', () => {
  const text = 'udp://127.0.0.1:5514,tcp://[::1]:0,udp://log.example:65535';
  assert.equal(readSyslogAddresses(text, '--syslog').map(syslogAddressText).join(), text);
});

test('others are refused', () => {
  for (const text of [
    '127.0.0.1:5514',
    'http://127.0.0.1:1',
    'udp://:5514',
    'udp://a',
    'udp://a:65536',
    'udp://::1:1',
    '',
  ])
    assert.throws(() => readSyslogAddresses(text, '--syslog'), { code: 'bad_setting' }, text);
});
