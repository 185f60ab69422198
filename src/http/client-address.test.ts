import assert from 'node:assert/strict';
import { test } from 'node:test';
import { served } from '../../test/fixtures/requests.ts';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { TrustedProxies } from '../hit/address.ts';
import { ClientAddresses, PEER_HEADER } from './client-address.ts';

/** The client of a request from this machine. */
function clientOf(header: string, headers: Record<string, string | string[]>, trusted = 'loopback') {
  const clients = new ClientAddresses(new TrustedProxies(trusted), header);
  return served('/', headers, (request) => clients.networkOf(request));
}

test('one header names the client, and no other one does', async () => {
  const headers = {
    'x-forwarded-for': '203.0.113.1',
    'cf-connecting-ip': '203.0.113.2',
    x_forwarded_for: '1',
  };
  assert.equal(await clientOf('x-forwarded-for', headers), '203.0.113.1');
  assert.equal(await clientOf('cf-connecting-ip', headers), '203.0.113.2');
  assert.equal(await clientOf('x-real-ip', headers), '127.0.0.1');
  assert.equal(await clientOf('x-forwarded-for', headers, 'none'), '127.0.0.1');
});

test('the header of collector threads is believed from them only', async () => {
  assert.equal(await clientOf('x-forwarded-for', { [PEER_HEADER]: '203.0.113.1' }), '127.0.0.1');
});

test('the standard header names the last client that no trusted proxy is', async () => {
  for (const [forwarded, client] of [
    ['for=192.0.2.60', '192.0.2.60'],
    ['For="[2001:db8::1]:4711";proto=https;by=203.0.113.43', '2001:db8:0:0::/64'],
    ['for=203.0.113.66, for=192.0.2.60;by=10.0.0.1', '192.0.2.60'],
    ['for=192.0.2.60, for=127.0.0.1', '192.0.2.60'],
    ['proto=https;for=192.0.2.60', '192.0.2.60'],
    ['for="_hidden, for=203.0.113.66"', '_hidden  for=203.0.113.66'],
    ['for="a\\"b, c", for="192.0.2.60:80"', '192.0.2.60'],
    // A proxy that does not say for whom: not the entry before it, which the client can write.
    ['for=203.0.113.66, proto=https', 'unknown'],
    ['for=203.0.113.66, for=', 'unknown'],
    ['xfor=203.0.113.66', 'unknown'],
    // A quote of the client without an end: those of the proxy would enclose what the client wrote.
    ['for="203.0.113.66, for="[2001:db8::1]"', 'unknown'],
    ['for="203.0.113.66, for=192.0.2.60', 'unknown'],
    ['for="203.0.113.66\\", for="192.0.2.60"', 'unknown'],
    // What a proxy quotes is no parameter.
    ['host="a;for=203.0.113.66";for=192.0.2.60', '192.0.2.60'],
  ] as const)
    assert.equal(await clientOf('forwarded', { forwarded }), client, forwarded);
  const several = { forwarded: ['for=203.0.113.66', 'for=192.0.2.60'] };
  assert.equal(await clientOf('forwarded', several), '192.0.2.60');
});

test('a header of the largest size is read in time, whatever is in it', {
  timeout: scaledTimeout(5000),
}, async () => {
  for (const piece of ['"\\', '"', '""', 'for=', ',', ';', '\\"', '"a"'])
    for (let round = 0; round < 10; round++)
      await clientOf('forwarded', { forwarded: piece.repeat(Math.floor(15_000 / piece.length)) });
});
