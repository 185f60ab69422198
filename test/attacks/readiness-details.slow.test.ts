/** `/readyz` is open: it tells everyone what does not work, and only administrators and readers where and why. */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { BEARER } from '../fixtures/any-server.ts';
import { readyOf } from '../fixtures/readiness.ts';
import { scaledTimeout } from '../fixtures/scaled-timeout.ts';
import { ServerHere } from '../fixtures/server-here.ts';
import { temporaryFolder } from '../fixtures/temporary.ts';

const ADDRESS = '127.0.0.1:1';

test('/readyz shows addresses of other systems and their errors only to tokens for reading, even if reading is public', {
  timeout: scaledTimeout(60_000),
}, async (t) => {
  const folder = join(temporaryFolder(t), 'data');
  const flags = ['--tracker', 'simple', '--public', '--salts-from', `http://${ADDRESS}`];
  await using server = await ServerHere.start(t, folder, ...flags);
  const tokenOf = async (scope: 'read' | 'write', sites?: string[]) => {
    const { text } = await server.post('/api/v1/tokens', { name: scope, scope, sites }, BEARER);
    return { authorization: `Bearer ${(JSON.parse(text) as { token: string }).token}` };
  };
  for (const [who, headers, sees] of [
    ['nobody', {}, false],
    ['a wrong token', { authorization: 'Bearer wrong' }, false],
    ['a token for writing', await tokenOf('write'), false],
    ['a token that is bound to a site', await tokenOf('read', ['a.example']), false],
    ['a token for reading', await tokenOf('read'), true],
    ['the admin token', BEARER, true],
  ] as const) {
    const answer = await server.send('/readyz', { headers });
    assert.deepEqual(new Set(readyOf(answer).problems!.map(({ code }) => code)), new Set(['salts']), who);
    assert.equal(answer.text.includes(ADDRESS), sees, who);
  }
});
