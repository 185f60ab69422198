import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FORMAT_LINES } from '../../test/fixtures/format-lines.ts';
import { chunked } from '../../test/fixtures/log-chunks.ts';
import { logLine } from '../../test/fixtures/log-line.ts';
import type { LogFormat } from '../settings/log-format.ts';
import { identityOf, readIdentities } from './log-identity.ts';
import { ReadBuffer } from './window.ts';

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

  it('of syslog messages is the first one, and may be the one that earlier versions took for all of them', async () => {
    const haproxy =
      '<134>May 17 10:05:03 lb haproxy[12]: 203.0.113.7:33317 [17/May/2015:10:05:03.655] http-in static/srv1 ' +
      '10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 "GET / HTTP/1.1"';
    const json = '<190>May 17 10:05:03 web1 nginx: {"remote_addr":"203.0.113.7"}';
    const identities = async (text: string) =>
      (await readIdentities(new ReadBuffer(chunked(text)), 20)).map(String);
    for (const first of [haproxy, json]) {
      assert.deepEqual(await identities(`${first}\nmore\n`), [first, '']);
      const [other, ...rest] = await identities(`${first}\n${logLine()}`);
      assert.deepEqual([logLine().startsWith(other!), rest], [true, [first, '']]);
    }
  });
});
