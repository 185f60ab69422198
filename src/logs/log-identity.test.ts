import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FORMAT_LINES } from '../../test/fixtures/format-lines.ts';
import type { LogFormat } from '../settings/log-format.ts';
import { identityOf } from './log-identity.ts';

/** The hashes of these are stored in data folders. */
const STORED: Readonly<Record<LogFormat, string>> = {
  common: '203.0.113.7 - ann [17/May/2015:10:05:03 +0000',
  combined: '203.0.113.7 - ann [17/May/2015:10:05:03 +0000',
  vhost: 'www.example.com:443 203.0.113.7 - ann [17/May/2015:10:05:03 +0000',
  commonvhost: 'www.example.com:443 203.0.113.7 - ann [17/May/2015:10:05:03 +0000',
};

describe('the identity of a log', () => {
  for (const [format, stored] of Object.entries(STORED)) {
    it(`in the ${format} format is that of logs that were imported earlier`, () => {
      const line = FORMAT_LINES[format as LogFormat];
      assert.equal(identityOf(Buffer.from(line))?.toString(), stored);
      assert.equal(identityOf(Buffer.from(`# a comment\n\n${line}${line}`))?.toString(), stored);
    });
  }

  it('is unknown until a line has a time', () => {
    for (const text of ['', '\n', '# a comment\n', '203.0.113.7 - - [17/May/2015:10:05:03 +0000']) {
      assert.equal(identityOf(Buffer.from(text)), undefined);
    }
  });
});
