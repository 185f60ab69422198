/** A client cannot make itself many clients, or many visitors, by the addresses of its own IPv6 network. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ServerHere } from '../fixtures/server-here.ts';
import { temporaryFolder } from '../fixtures/temporary.ts';

const HITS = 200;

describe('the addresses of an IPv6 network', () => {
  for (const [what, prefix, addressOf] of [
    ['a /64', [], (i: number) => `2001:db8:0:7::${i.toString(16)}`],
    ['a /64, in all spellings', [], (i: number) => `2001:0DB8::0007:${i.toString(16)}:0:0:${i % 7}`],
    [
      'a /56',
      ['--ipv6-prefix', '56'],
      (i: number) => `2001:db8:0:7${(i % 256).toString(16).padStart(2, '0')}::${i}`,
    ],
    ['a /48', ['--ipv6-prefix', '48'], (i: number) => `2001:db8:7:${i.toString(16)}::1`],
  ] as const) {
    test(`of ${what} are one client for the limit, and one visitor`, async (t) => {
      const flags = [...prefix, '--tracker', 'simple,rate', '--rate-limit', '1/h'];
      await using server = await ServerHere.start(t, temporaryFolder(t), ...flags);
      const statuses: Record<number, number> = {};
      for (let i = 0; i < HITS; i++) {
        const headers = { 'x-forwarded-for': addressOf(i) };
        const { status } = await server.send('/hit.gif?site=a.example&path=/', { headers });
        statuses[status] = (statuses[status] ?? 0) + 1;
      }
      const { hits, visitors } = await server.total('a.example');
      assert.equal(visitors, 1);
      // The rate of an hour leaves one hit at a time.
      assert.deepEqual(statuses, { 200: hits, 429: HITS - hits });
      assert.ok(hits <= 5, `${hits} hits`);
      const others = { 'x-forwarded-for': '2001:db8:ffff::1' };
      assert.equal((await server.send('/hit.gif?site=a.example&path=/', { headers: others })).status, 200);
      assert.equal((await server.total('a.example')).visitors, 2);
    });
  }

  test('are clients of their own with --ipv6-prefix 128', async (t) => {
    const flags = ['--ipv6-prefix', '128', '--tracker', 'simple,rate'];
    await using server = await ServerHere.start(t, temporaryFolder(t), ...flags);
    for (let i = 1; i <= 20; i++) {
      const headers = { 'x-forwarded-for': `2001:db8::${i}` };
      await server.send('/hit.gif?site=a.example&path=/', { headers });
    }
    assert.equal((await server.total('a.example')).visitors, 20);
  });
});
