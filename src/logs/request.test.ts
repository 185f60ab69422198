import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createLogLine } from './log-line.ts';
import { readRequest } from './request.ts';

/** Parses a request out of a line that continues with characters of other fields. */
function read(text: string, host = '') {
  const out = { ...createLogLine(), host };
  readRequest(`"${text}" 200 1 "/?#"`, 1, text.length + 1, text.includes('\\'), out);
  const { method, path, query, protocol } = out;
  return { host: out.host, method, path, query, protocol };
}

function http(path: string, query = '', method = 'GET', protocol = 'HTTP/1.1') {
  return { host: '', method, path, query, protocol };
}

describe('readRequest', () => {
  it('splits a request into its parts', () => {
    assert.deepEqual(read('GET / HTTP/1.1'), http('/'));
    assert.deepEqual(
      read('POST /a/b.html?c=d&e=/f?g HTTP/2.0'),
      http('/a/b.html', 'c=d&e=/f?g', 'POST', 'HTTP/2.0'),
    );
    assert.deepEqual(read('M-SEARCH * HTTP/1.1'), http('*', '', 'M-SEARCH'));
    assert.deepEqual(read('OPTIONS * HTTP/1.0'), http('*', '', 'OPTIONS', 'HTTP/1.0'));
    assert.deepEqual(read('CONNECT example.com:443 HTTP/1.1'), http('example.com:443', '', 'CONNECT'));
  });

  it('removes the fragment', () => {
    assert.deepEqual(read('GET /a#b HTTP/1.1'), http('/a'));
    assert.deepEqual(read('GET /a?b=1#c HTTP/1.1'), http('/a', 'b=1'));
    assert.deepEqual(read('GET /a#b?c HTTP/1.1'), http('/a'));
  });

  it('turns an empty path into a slash', () => {
    assert.deepEqual(read('GET ?a=1 HTTP/1.1'), http('/', 'a=1'));
    assert.deepEqual(read('GET #a HTTP/1.1'), http('/'));
    assert.deepEqual(read('GET  HTTP/1.1'), http('/'));
  });

  it('parses a request without a protocol', () => {
    assert.deepEqual(read('GET /'), http('/', '', 'GET', ''));
    assert.deepEqual(read('GET /a?b'), http('/a', 'b', 'GET', ''));
    assert.deepEqual(read('GET '), http('/', '', 'GET', ''));
  });

  it('keeps the spaces in a path', () => {
    assert.deepEqual(read('GET /a b  c HTTP/1.1'), http('/a b  c'));
    assert.deepEqual(read('GET /a b'), http('/a b', '', 'GET', ''));
    assert.deepEqual(read('GET  /a  HTTP/1.1'), http('/a'));
  });

  it('takes the host from an absolute URL, unless the line has one', () => {
    assert.deepEqual(read('GET http://example.com:80/a?b HTTP/1.1'), {
      ...http('/a', 'b'),
      host: 'example.com',
    });
    assert.deepEqual(read('GET HTTPS://me:pw@example.com HTTP/1.1'), { ...http('/'), host: 'example.com' });
    assert.deepEqual(read('GET http://[::1]:80?a HTTP/1.1'), { ...http('/', 'a'), host: '[::1]' });
    assert.deepEqual(read('GET http://example.com/a HTTP/1.1', 'b.example'), {
      ...http('/a'),
      host: 'b.example',
    });
  });

  it('keeps a path that only begins like a URL', () => {
    assert.deepEqual(read('GET //example.com/a HTTP/1.1'), http('//example.com/a'));
    assert.deepEqual(read('GET /http://example.com/ HTTP/1.1'), http('/http://example.com/'));
    assert.deepEqual(read('GET mailto:a HTTP/1.1'), http('mailto:a'));
  });

  it('treats anything but HTTP as a path without a method', () => {
    for (const text of [
      '-',
      String.raw`\x03\x00\x00/*\xE0`,
      String.raw`\x16\x03\x01 ?#`,
      'get / HTTP/1.1',
      'GET',
      'GET/ HTTP/1.1',
      ' / HTTP/1.1',
    ]) {
      assert.deepEqual(read(text), http(text, '', '', ''));
    }
    assert.deepEqual(read(''), http('-', '', '', ''));
  });

  it('unescapes quotes and backslashes, and keeps escaped bytes', () => {
    assert.deepEqual(
      read(String.raw`GET /a\"b\\c\x00?d=\"e\" HTTP/1.1`),
      http(String.raw`/a"b\c\x00`, 'd="e"'),
    );
  });
});
