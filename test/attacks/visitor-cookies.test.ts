/** A client does not become many visitors by the cookies that it collects, or by changing its user agent. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FIREFOX } from '../fixtures/any-server.ts';
import { file } from '../fixtures/file-scope.ts';
import { ServerHere } from '../fixtures/server-here.ts';
import { temporaryFolder } from '../fixtures/temporary.ts';

const BOUND = 20;
const GOOGLEBOT = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)';
const flags = ['--tracker', 'simple,rate', '--rate-limit', 'off', '--max-new-visitors', String(BOUND)];
const server = await ServerHere.start(file, temporaryFolder(file), ...flags);

interface Got {
  readonly dropped: string;
  readonly cookie: string;
  readonly status: number;
}

/** A page view of a site, reported to the site itself. */
async function view(site: string, headers: Record<string, string>, path = '/hit.gif?path=/'): Promise<Got> {
  const answer = await server.send(path, { headers: { host: site, ...headers } });
  const [cookie = ''] = [answer.headers['set-cookie'] ?? []].flat();
  return { status: answer.status, dropped: String(answer.headers['x-hit-dropped'] ?? ''), cookie };
}

function agentOf(i: number): string {
  return FIREFOX.replace('X11', `X11; N${i}`);
}

function countOf(got: readonly Got[], reason: string): number {
  return got.filter(({ dropped }) => dropped === reason).length;
}

test('150 hits of a bot get no cookie and are no visitors', async () => {
  const got: Got[] = [];
  for (let i = 0; i < 150; i++) {
    const address = `203.0.113.${i}`;
    got.push(await view('bots.example', { 'user-agent': GOOGLEBOT, 'x-forwarded-for': address }));
  }
  assert.equal(countOf(got, 'bot'), 150);
  assert.deepEqual([...new Set(got.map(({ cookie }) => cookie))], ['']);
  assert.deepEqual(await server.total('bots.example'), { hits: 0, visitors: 0 });
});

test('no hit that is dropped gets a cookie', async (t) => {
  const strict = [
    '--tracker',
    'simple',
    '--sites',
    'a.example',
    '--rate-limit',
    '1/h',
    '--max-new-visitors',
    '1',
  ];
  await using other = await ServerHere.start(t, temporaryFolder(t), ...strict);
  const dropsOf = async (path: string, headers: Record<string, string>) => {
    const answer = await other.send(path, {
      headers: { host: 'a.example', 'user-agent': FIREFOX, ...headers },
    });
    const reason = answer.headers['x-hit-dropped'];
    assert.ok((reason === undefined) !== (answer.headers['set-cookie'] === undefined), String(reason));
    return reason;
  };
  const from = (address: string) => ({ 'x-forwarded-for': address });
  assert.equal(await dropsOf('/hit.gif?path=/', from('192.0.2.1')), undefined);
  const dropped = [
    await dropsOf('/hit.gif?path=/', { ...from('192.0.2.2'), 'user-agent': GOOGLEBOT }),
    await dropsOf('/hit.gif?path=/', { ...from('192.0.2.3'), 'sec-purpose': 'prefetch' }),
    await dropsOf('/hit.gif?path=/%00', from('192.0.2.4')),
    await dropsOf(`/hit.gif?path=/${'x'.repeat(9000)}`, from('192.0.2.5')),
    await dropsOf('/hit.gif?path=/', { ...from('192.0.2.6'), host: 'b.example' }),
  ];
  assert.deepEqual(dropped, ['bot', 'prefetch', 'invalid', 'too_large', 'site_not_allowed']);
  const again: unknown[] = [];
  for (let i = 0; i < 4; i++)
    again.push(await dropsOf('/hit.gif?path=/', { ...from('192.0.2.1'), 'user-agent': agentOf(i) }));
  assert.ok(again.includes('rate_limited'), again.join());
});

describe('a client that changes its user agent', () => {
  for (const [what, site, addressOf] of [
    ['alone', 'agents.example', () => '198.51.100.7'],
    ['and its address within a /64', 'network.example', (i: number) => `2001:db8:0:7::${i.toString(16)}`],
  ] as const) {
    test(`${what} is a bounded number of new visitors a day, and the others are counted as drops`, async () => {
      const before = await server.dropped('too_many_visitors');
      const got: Got[] = [];
      for (let i = 0; i < 100; i++)
        got.push(await view(site, { 'user-agent': agentOf(i), 'x-forwarded-for': addressOf(i) }));
      assert.equal(countOf(got, ''), BOUND);
      const refused = got.filter(({ dropped }) => dropped === 'too_many_visitors');
      assert.deepEqual([refused.length, refused.every(({ cookie }) => cookie === '')], [100 - BOUND, true]);
      assert.equal((await server.dropped('too_many_visitors')) - before, 100 - BOUND);
      assert.deepEqual(await server.total(site), { hits: BOUND, visitors: BOUND });

      // It sends back what it has, from one address with one browser: these are the visitors that it was already.
      const cookies = got.flatMap(({ cookie }) => (cookie === '' ? [] : [cookie.split(';')[0]!]));
      assert.equal(cookies.length, BOUND);
      for (const cookie of cookies)
        await view(site, { cookie, 'user-agent': FIREFOX, 'x-forwarded-for': addressOf(0) });
      assert.deepEqual(await server.total(site), { hits: 2 * BOUND, visitors: BOUND });
      // Its visitors go on without a cookie, too, and others are not affected.
      const known = await view(site, { 'user-agent': agentOf(0), 'x-forwarded-for': addressOf(0) });
      const others = await view(site, { 'user-agent': FIREFOX, 'x-forwarded-for': '198.51.100.9' });
      assert.deepEqual([known.dropped, others.dropped], ['', '']);
    });
  }

  test('is told to come back tomorrow', async () => {
    const report = { site: 'told.example', path: '/' };
    let answer = await server.post('/hit', report);
    for (let i = 0; i <= BOUND; i++) {
      const headers = { 'user-agent': agentOf(i), 'x-forwarded-for': '198.51.100.8' };
      answer = await server.post('/hit', report, headers);
    }
    assert.deepEqual([answer.status, answer.headers['x-hit-dropped']], [429, 'too_many_visitors']);
    const wait = Number(answer.headers['retry-after']);
    assert.ok(wait > 0 && wait <= 86_400, String(wait));
  });
});
