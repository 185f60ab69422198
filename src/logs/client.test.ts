import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cpuTimeOf } from '../../test/fixtures/cpu-time.ts';
import { readClient } from './client.ts';
import { ANY_LINE, FORMAT_RULES, type LineRules } from './format.ts';
import { createLogLine } from './log-line.ts';

function client(head: string, rules: LineRules = ANY_LINE): { host: string; address: string } {
  const out = createLogLine();
  assert.ok(readClient(`${head} [`, head.length, rules, out));
  return { host: out.host, address: out.address };
}

function userOf(head: string): string {
  const out = createLogLine();
  readClient(`${head} [`, head.length, ANY_LINE, out);
  return out.user;
}

const address = '83.149.9.216';
const host = 'www.a.example';

describe('readClient', () => {
  it('takes the first word before the ident, whatever it is', () => {
    for (const word of [
      address,
      '::1',
      'fe80::',
      '2001:db8::5:80',
      'crawl-66-249.googlebot.com',
      'web1',
      '-',
    ]) {
      assert.deepEqual(client(`${word} - -`), { host: '', address: word });
    }
  });

  for (const [what, head] of [
    ['X-Forwarded-For before the proxy', `${address} 10.0.0.1 - -`],
    ['the proxy before X-Forwarded-For', `10.0.0.1 ${address} - -`],
    ['no X-Forwarded-For before the client', `- ${address} - -`],
    ['a list', `${address}, 10.0.0.1, 10.0.0.2 - -`],
    ['a list without spaces', `${address},10.0.0.1 - -`],
    ['a quoted list', `"${address}, 10.0.0.1" - -`],
    ['an unknown client before a proxy', `unknown, ${address} - -`],
    ['a private client before a public proxy', `192.168.1.5, ${address} - -`],
    ['docker compose', `web-1  | ${address} - -`],
    ['pm2', `0|app  | ${address} - -`],
    ['syslog', `May 17 10:00:00 web1 nginx: ${address} - -`],
    ['syslog of a machine named by its address', `<134>May  7 10:00:00 10.0.0.5 nginx[12]: ${address} - -`],
    ['RFC 5424', `<134>1 2015-05-17T10:00:00.123Z 10.0.0.5 nginx 12 - [a@1 b="c"] ${address} - -`],
    ['journald', `2015-05-17T10:00:00+0000 web1 nginx[12]: ${address} - -`],
    ['CRI', `2015-05-17T10:00:00.000000000Z stdout F ${address} - -`],
    ['docker logs with times', `2015-05-17T10:00:00.000000000Z ${address} - -`],
    ['kubectl', `[pod/web-1/nginx] ${address} - -`],
    ['stern', `web-1 nginx ${address} - -`],
    ['grep', `access.log:${address} - -`],
    ['a word with a dash after it', `app - ${address} - -`],
    ['syslog within docker compose', `web-1  | May 17 10:00:00 web1 nginx: ${address} - -`],
  ] as const) {
    it(`finds the client behind ${what}`, () => assert.deepEqual(client(head), { host: '', address }));
  }

  for (const [what, head] of [
    ['before the address', `${host}:443 ${address} - -`],
    ['before the address, without a port', `${host} ${address} - -`],
    ['before a list of addresses', `${host} ${address}, 10.0.0.1 - -`],
    ['behind a prefix', `web-1  | ${host} ${address} - -`],
    ['instead of the ident, as by lighttpd', `${address} ${host} -`],
    ['instead of the ident, before a user', `${address} ${host} ann`],
  ] as const) {
    it(`finds a host ${what}`, () => assert.deepEqual(client(head), { host, address }));
  }

  it('recognizes the address of a host by its port, or by the other lines', () => {
    assert.deepEqual(client(`192.0.2.1:80 ${address} - -`), { host: '192.0.2.1', address });
    const usually = { ...ANY_LINE, host: 'usually' } as const;
    assert.deepEqual(client(`192.0.2.1 ${address} - -`, usually), { host: '192.0.2.1', address });
    assert.deepEqual(client(`192.0.2.1 ${address} - -`), { host: '', address: '192.0.2.1' });
    assert.deepEqual(client(`${address}, 10.0.0.1 - -`, usually), { host: '', address });
  });

  it('takes any host where the format has one, and none where it has none', () => {
    assert.deepEqual(client(`intranet ${address} - -`, FORMAT_RULES.vhost), { host: 'intranet', address });
    assert.deepEqual(client(`[2001:db8::1]:80 ${address} - -`, FORMAT_RULES.vhost), {
      host: '[2001:db8::1]',
      address,
    });
    assert.deepEqual(client(`${address} - -`, FORMAT_RULES.vhost), { host: '', address });
    assert.deepEqual(client(`${host} ${address} - -`, FORMAT_RULES.combined), { host: '', address });
  });

  it('finds no client without a word', () => {
    for (const head of ['', ' ', ' , ']) {
      assert.ok(!readClient(`${head} [`, head.length, ANY_LINE, createLogLine()));
    }
  });

  it('does not mistake a user for a client', () => {
    assert.equal(client(`${address} - 198.51.100.4 -`).address, address);
    assert.equal(client('crawl.example.org - 198.51.100.4 - -').address, 'crawl.example.org');
    assert.equal(client('web1 - 198.51.100.4').address, 'web1');
  });

  it('takes everything after the ident as the user', () => {
    assert.equal(userOf(`${address} - John "the" Doe`), 'John "the" Doe');
    assert.equal(userOf(`${host} ${address} - ann`), 'ann');
    assert.equal(userOf(`${address}, 10.0.0.1 - ann`), 'ann');
    assert.equal(userOf(`${address} -`), '');
    assert.equal(userOf(address), '');
  });

  it('takes linear time for hostile words', () => {
    for (const part of ['a', 'a ', '1.2.3.4,', '|', 'a:', '<1>1 ', '[', ': ', '- ', '2015-05-17T1']) {
      const head = part.repeat(65_000 / part.length);
      const taken = cpuTimeOf(() => {
        for (let time = 0; time < 20; time++) readClient(head, head.length, ANY_LINE, createLogLine());
      });
      assert.ok(taken < 1000, `${part} took ${taken} ms`);
    }
  });
});
