/** A cookie that this server did not sign for the site names nobody: 100 of them are one visitor. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cookieOf } from '../fixtures/any-server.ts';
import { file } from '../fixtures/file-scope.ts';
import { ServerHere } from '../fixtures/server-here.ts';
import { temporaryFolder } from '../fixtures/temporary.ts';

const SITE = 'forged.example';
const flags = ['--tracker', 'simple,rate', '--rate-limit', 'off'];
const server = await ServerHere.start(file, temporaryFolder(file), ...flags);

function view(site: string, headers: Record<string, string>) {
  return server.send('/hit.gif?path=/', {
    headers: { host: site, 'x-forwarded-for': '203.0.113.1', ...headers },
  });
}

test('forged cookies name nobody', async (t) => {
  const own = cookieOf(await view('other.example', {}));
  const [id = '', signature = ''] = own.replace('hit=', '').split('.');
  const stranger = await ServerHere.start(t, temporaryFolder(t), ...flags);
  const foreign = cookieOf(await stranger.send('/hit.gif?path=/', { headers: { host: SITE } }));
  const hex = (i: number) => i.toString(16).padStart(16, '0');
  const shapes = (i: number): readonly string[] => [
    `hit=${hex(i)}.8899aabbccddeeff`,
    `hit=${hex(i)}.${signature}`,
    `hit=${id}.${hex(i)}`,
    `hit=${hex(i)}`,
    `hit=${hex(i)}.`,
    `hit=${hex(i)}.${signature}.${signature}`,
    `hit=${own.slice(4)}${i}`,
    `hit="${hex(i)}.${hex(i)}"`,
    `hit=${hex(i)}.${hex(i)}; hit=${hex(i + 1)}.${hex(i)}`,
    `hit=${hex(i).toUpperCase()}.${signature.toUpperCase()}`,
  ];
  const forged = Array.from({ length: 10 }, (_, i) => shapes(i * 0x1234567 + 10)).flat();
  assert.equal(forged.length, 100);
  // Of another site, and of another server.
  for (const cookie of [own, foreign, ...forged]) await view(SITE, { cookie });
  assert.deepEqual(await server.total(SITE), { hits: 102, visitors: 1 });
});

test('one that this server signed for the site does, wherever it is sent from', async () => {
  const cookie = cookieOf(await view('signed.example', {}));
  for (const address of ['203.0.113.2', '203.0.113.3'])
    await view('signed.example', { cookie, 'x-forwarded-for': address });
  assert.deepEqual(await server.total('signed.example'), { hits: 3, visitors: 1 });
});
