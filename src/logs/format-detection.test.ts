import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cpuTimeOf } from '../../test/fixtures/cpu-time.ts';
import { FORMAT_LINES } from '../../test/fixtures/format-lines.ts';
import { detectFormat } from './format-detection.ts';

const TAIL = '[17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 12';
const COMMON = `83.149.9.216 - - ${TAIL}`;
const COMBINED = `${COMMON} "-" "curl/8.5.0"`;
const VHOST = `example.com:80 ${COMBINED}`;

describe('detectFormat', () => {
  it('detects each format by one line', () => {
    for (const [format, line] of Object.entries(FORMAT_LINES)) assert.equal(detectFormat([line]), format);
  });

  it('is not misled by extra fields at the end', () => {
    assert.equal(detectFormat([`${COMMON} 0.005 "10.0.0.1"`]), 'common');
    assert.equal(detectFormat([`${COMBINED} 0.005 "10.0.0.1"`]), 'combined');
    assert.equal(detectFormat([`${COMMON} 0.005 "-" "curl/8.5.0"`]), 'combined');
  });

  it('detects a combined log with empty, escaped and truncated fields', () => {
    assert.equal(detectFormat([`${COMMON} "-" "-"`]), 'combined');
    assert.equal(detectFormat([`${COMMON} "" ""`]), 'combined');
    assert.equal(detectFormat([String.raw`${COMMON} "a\" b" "c`]), 'combined');
  });

  it('distinguishes a leading host from a user with spaces', () => {
    for (const user of ['John Doe', 'John "the" Doe', '- -']) {
      assert.equal(detectFormat([`83.149.9.216 - ${user} ${TAIL} "-" "-"`]), 'combined');
    }
    assert.equal(detectFormat([`example.com crawl.example.org - John Doe ${TAIL} "-" "-"`]), 'vhost');
    assert.equal(detectFormat([`example.com ::1 frank me ${TAIL} "-" "-"`]), 'vhost');
  });

  it('distinguishes a leading host from a list of forwarded addresses', () => {
    assert.equal(detectFormat([`203.0.113.7, 10.0.0.1 - - ${TAIL}`]), 'common');
    assert.equal(detectFormat([`example.com 203.0.113.7, 10.0.0.1 - - ${TAIL}`]), 'commonvhost');
  });

  it('decides on the host by the majority of lines', () => {
    assert.equal(detectFormat([VHOST, COMBINED, VHOST]), 'vhost');
    assert.equal(detectFormat([VHOST, COMBINED, COMBINED]), 'combined');
  });

  it('keeps user agents even if some lines lack one', () => {
    assert.equal(detectFormat([COMMON, COMMON, COMBINED]), 'combined');
  });

  it('ignores lines that cannot be parsed', () => {
    assert.equal(detectFormat(['', '# a comment', '\0\0\0', COMBINED]), 'combined');
  });

  it('detects nothing in a file that is not an access log', () => {
    assert.equal(detectFormat([]), undefined);
    assert.equal(detectFormat(['', '\r']), undefined);
    assert.equal(
      detectFormat(['[Sun May 17 10:05:03 2015] [error] [client 10.0.0.1] File does not exist']),
      undefined,
    );
    assert.equal(detectFormat(['{"time":"2015-05-17T10:05:03Z","status":200}']), undefined);
  });

  it('takes linear time for hostile lines', () => {
    for (const part of ['" 200 1 "', String.raw`\" 200 1 \"`, '" 200 1 a ', '"', '\\', ' [', ', ']) {
      const line = `${COMMON} "${part.repeat(6000)}`;
      const taken = cpuTimeOf(() => detectFormat([line, line, line]));
      assert.ok(taken < 300, `${part} took ${taken} ms`);
    }
  });
});
