import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { endOfHostName, readClient, userBetween } from './client.ts';
import { createLogLine } from './log-line.ts';

function client(line: string, withHost = false): { host: string; address: string } {
  const out = createLogLine();
  readClient(line, withHost, out);
  return { host: out.host, address: out.address };
}

describe('readClient', () => {
  it('takes the first word as the address', () => {
    for (const address of ['83.149.9.216', '::1', '2001:db8::5:80', 'crawl-66-249.googlebot.com', '-']) {
      assert.deepEqual(client(`${address} - - [`), { host: '', address });
    }
  });

  it('takes the first of a list of forwarded addresses', () => {
    const line = '203.0.113.7, 10.0.0.1, 10.0.0.2 - - [';
    assert.equal(client(line).address, '203.0.113.7');
    assert.equal(readClient(line, false, createLogLine()), line.indexOf(' - -'));
  });

  it('removes the leading host, without its port', () => {
    const address = '::1';
    assert.deepEqual(client('example.com:443 ::1 - - [', true), { host: 'example.com', address });
    assert.deepEqual(client('example.com ::1 - - [', true), { host: 'example.com', address });
    assert.deepEqual(client('[2001:db8::1]:80 ::1 - - [', true), { host: '[2001:db8::1]', address });
  });

  it('parses a line without a host in a log with hosts', () => {
    assert.deepEqual(client('198.51.100.4 - - [', true), { host: '', address: '198.51.100.4' });
  });

  it('needs more than one word', () => {
    assert.equal(readClient('example.com', false, createLogLine()), -1);
    assert.equal(readClient('example.com ::1', true, createLogLine()), -1);
  });
});

describe('endOfHostName', () => {
  const name = (text: string) => text.slice(0, endOfHostName(text, 0, text.length));

  it('is before the port', () => {
    assert.equal(name('a.example:8080'), 'a.example');
    assert.equal(name('a.example:'), 'a.example');
    assert.equal(name('[::1]:80'), '[::1]');
  });

  it('is the end if there is no port', () => {
    for (const text of ['a.example', '10.0.0.1', '2001:db8::5:80', '::1', '[::1]', ':80', '80', '']) {
      assert.equal(name(text), text);
    }
  });
});

describe('userBetween', () => {
  const user = (words: string) => userBetween(`${words} [`, 0, words.length);

  it('is everything after the ident', () => {
    assert.equal(user(' - -'), '-');
    assert.equal(user(' - John "the" Doe'), 'John "the" Doe');
    assert.equal(user(' frank  '), ' ');
  });

  it('is empty if words are missing', () => {
    assert.equal(user(' -'), '');
    assert.equal(user(''), '');
  });
});
