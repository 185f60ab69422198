import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { clientOfList, endOfHostName, hasServerPort, isAddress, isHostName } from './words.ts';

describe('isAddress', () => {
  it('accepts IPv4 and IPv6, with brackets and ports', () => {
    for (const word of ['83.149.9.216', '83.149.9.216:54321', '::1', '2001:db8::5', '[2001:db8::5]:443']) {
      assert.ok(isAddress(word), word);
    }
  });

  it('rejects other words', () => {
    for (const word of [
      '',
      '-',
      ':',
      'www.example.com',
      '1.2.3',
      '1.2.3.4.5',
      '12:30:01',
      'unknown',
      'a:1.2.3.4',
    ]) {
      assert.ok(!isAddress(word), word);
    }
  });
});

describe('isHostName', () => {
  it('accepts names with a dot or a port', () => {
    for (const word of ['www.example.com', 'example.com:443', 'localhost', 'intranet:8080', 'a.example.']) {
      assert.ok(isHostName(word), word);
    }
  });

  it('rejects words that programs put before lines, and addresses', () => {
    for (const word of [
      'web-1',
      'nginx:',
      'stdout',
      'F',
      'v1.2',
      '10.0.0.1',
      '10.0.0.1:80',
      '_',
      '-',
      'a/b.c',
    ]) {
      assert.ok(!isHostName(word), word);
    }
  });
});

describe('hasServerPort', () => {
  it('distinguishes the port of a server from that of a client', () => {
    assert.deepEqual(['1.2.3.4:80', '[::1]:8443', '1.2.3.4:54321', '1.2.3.4'].map(hasServerPort), [
      ...[true, true],
      ...[false, false],
    ]);
  });
});

describe('clientOfList', () => {
  it('is the first public address, or the first', () => {
    assert.equal(clientOfList(['10.0.0.5', '203.0.113.7', '198.51.100.4']), '203.0.113.7');
    assert.equal(clientOfList(['10.0.0.5', '10.0.0.6']), '10.0.0.5');
  });
});

describe('endOfHostName', () => {
  const name = (text: string) => text.slice(0, endOfHostName(text, 0, text.length));

  it('ends before the port', () => {
    assert.equal(name('a.example:8080'), 'a.example');
    assert.equal(name('a.example:'), 'a.example');
    assert.equal(name('[::1]:80'), '[::1]');
  });

  it('ends the text if there is no port', () => {
    for (const text of ['a.example', '10.0.0.1', '2001:db8::5:80', '::1', '[::1]', ':80', '80', '']) {
      assert.equal(name(text), text);
    }
  });
});
