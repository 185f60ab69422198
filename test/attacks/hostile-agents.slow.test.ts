/** No user agent makes an expression run for long, and none becomes part of what is stored as it is. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { agentOf } from '../../src/hit/agent.ts';
import { withoutEmails } from '../../src/hit/email.ts';
import { referrerOf } from '../../src/hit/source.ts';
import { scaledTimeout } from '../fixtures/scaled-timeout.ts';

/** What expressions look for, so that they begin to match again and again. */
const PIECES = [
  ...[
    'a',
    ' ',
    '(',
    ')',
    '/',
    ';',
    '1',
    '1.',
    '\\',
    '-',
    'Mozilla/5.0 ',
    'Chrome/',
    'Version/1.',
    'Android ',
  ],
  ...['bot', 'x@y.', 'compatible; ', 'http://', '+http', 'AppleWebKit/'],
];
const BEGINNINGS = ['', 'Mozilla/5.0 (', 'Mozilla/5.0 (X11; Linux', 'Opera/', 'Mobile Safari/', 'Googlebot/'];
const ENDS = [
  '',
  '!',
  ')',
  ' Chrome',
  ' Firefox/1',
  '\u0000',
  '漢',
  ' bot',
  ' Version/',
  '(',
  ' Safari',
  '/',
];
const LENGTHS = [16_000];

test('1,440 hostile agents are parsed before the test times out, to clean and short names', {
  timeout: scaledTimeout(60_000),
}, () => {
  let count = 0;
  for (const beginning of BEGINNINGS)
    for (const piece of PIECES)
      for (const end of ENDS)
        for (const length of LENGTHS) {
          const text = beginning + piece.repeat(Math.ceil(length / piece.length)) + end;
          const { digest: _, ...names } = agentOf(text);
          for (const name of Object.values(names)) {
            assert.ok(String(name).length <= 60, text.slice(0, 80));
            assert.doesNotMatch(String(name), /[\u0000-\u001f\\<>"]/);
          }
          referrerOf(`https://${text}`);
          withoutEmails(text);
          count++;
        }
  assert.equal(count, 1440);
});
