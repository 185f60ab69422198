/** Who listens between nodes does not get the admin token, and what is heard permits only what nodes need. */

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, test } from 'node:test';
import type { PeersAnswer } from '../../src/http/peers/peers.ts';
import { lookupNear } from '../../src/http/peers/private-network.ts';
import { type AnyServer, assertProblem, BEARER, TOKEN } from '../fixtures/any-server.ts';
import { run } from '../fixtures/command-line.ts';
import { file } from '../fixtures/file-scope.ts';
import { ServerHere } from '../fixtures/server-here.ts';
import { temporaryFolder } from '../fixtures/temporary.ts';
import { Twins, urlOf } from '../fixtures/twins.ts';

const twins = new Twins(file, temporaryFolder(file));
const first = await twins.start('first');

/** What a node sends to its peers, and to the node of its salts. */
async function heard(...args: string[]): Promise<{ paths: string[]; tokens: string[] }> {
  const [paths, tokens] = [new Set<string>(), new Set<string>()];
  const ear = createServer(({ url = '', headers }, response) => {
    paths.add(url);
    tokens.add(/^Bearer (.*)$/.exec(headers.authorization ?? '')?.[1] ?? '');
    response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => ear.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(ear.address() as AddressInfo).port}`;
  const name = `heard-${args.length}`;
  await using node = await twins.twinOf('first', name, '--peers', url, '--salts-from', url, ...args);
  await node.ask<PeersAnswer>('/api/v1/live');
  ear.close();
  return { paths: [...paths].sort(), tokens: [...tokens] };
}

/** The routes that a token permits, and nobody may use without one. */
async function permittedBy(token: string, server: AnyServer): Promise<string[]> {
  const { paths } = await server.ask<{ paths: Record<string, object> }>('/openapi.json');
  const permitted: string[] = [];
  for (const [path, operations] of Object.entries(paths)) {
    for (const method of Object.keys(operations).map((name) => name.toUpperCase())) {
      const url = path.replaceAll(/\{\w+\}/g, 'a.example');
      const withBody = ['POST', 'PUT', 'PATCH'].includes(method) && { body: '{}' };
      const type = { 'content-type': 'application/json' };
      const statusOf = async (headers: Record<string, string>) =>
        (await server.send(url, { method, headers: { ...type, ...headers }, ...withBody })).status;
      if (/events/.test(path) || (await statusOf({})) !== 401) continue;
      if ((await statusOf({ authorization: `Bearer ${token}` })) !== 401) permitted.push(`${method} ${path}`);
    }
  }
  return permitted.sort();
}

const FOR_PEERS = ['GET /api/v1/salts', 'GET /api/v1/sketch'];

describe('the token that a node sends to others', () => {
  test('is not the admin token, and permits only sketches and salts', async () => {
    const { paths, tokens } = await heard();
    assert.deepEqual(paths, ['/api/v1/salts', '/api/v1/sketch']);
    assert.equal(tokens.length, 1);
    assert.notEqual(tokens[0], TOKEN);
    assert.deepEqual(await permittedBy(tokens[0]!, first), FOR_PEERS);
    // The routes are there: the admin token permits many.
    assert.ok((await permittedBy(TOKEN, first)).length > 10);
  });

  test('is another one on nodes with other secrets', async (t) => {
    const [token] = (await heard()).tokens;
    await using stranger = await ServerHere.start(t, temporaryFolder(t), '--tracker', 'simple');
    assert.deepEqual(await permittedBy(token!, stranger), []);
  });

  test('is that of --peer-token, which the node accepts itself, too', async () => {
    const token = 'a-token-of-peers';
    assert.deepEqual((await heard('--peer-token', token)).tokens, [token]);
    await using node = await twins.twinOf('first', 'with-token', '--peer-token', token);
    assert.deepEqual(await permittedBy(token, node), FOR_PEERS);
    const [derived] = (await heard()).tokens;
    assert.deepEqual(await permittedBy(derived!, node), []);
  });

  test('may be one that an administrator of the other node created, and can revoke', async () => {
    const create = (members: object) =>
      first.post('/api/v1/tokens', { name: 'node 2', scope: 'peer', ...members }, BEARER);
    assertProblem(await create({ sites: ['a.example'] }), 400, 'invalid');
    const { id, token } = JSON.parse((await create({})).text) as { id: string; token: string };
    assert.deepEqual(await permittedBy(token, first), FOR_PEERS);
    await using node = await twins.twinOf('first', 'second', '--peers', urlOf(first), '--peer-token', token);
    assert.equal((await node.ask<PeersAnswer>('/api/v1/live')).partial, false);
    const revoked = await first.send(`/api/v1/tokens/${id}`, { method: 'DELETE', headers: BEARER });
    assert.equal(revoked.status, 204);
    assert.deepEqual(await permittedBy(token, first), []);
  });

  test('is not sent over plain HTTP to a public address, unless that is allowed', async () => {
    const peers = ['serve', '--peers', 'http://192.0.2.1:5000', '--data-dir', temporaryFolder(file)];
    const refused = await run(peers);
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /--peers: 192\.0\.2\.1 is a public address.*https.*--allow-insecure-peers/);
    for (const url of ['https://192.0.2.1', 'http://10.0.0.1:5000', 'http://[fd00::1]:5000'])
      await starts(url);
    await starts('http://192.0.2.1:5000', '--allow-insecure-peers');
    const merge = (...more: string[]) => run(['merge', 'http://192.0.2.1:5000', ...more]);
    const unsent = await merge('--token', 'a-secret-for-merge');
    assert.equal(unsent.code, 2);
    assert.match(unsent.stderr, /192\.0\.2\.1 is a public address.*https.*--allow-insecure-peers/);
    // Without a token nothing secret is sent, and with the flag it may be: the next check refuses these, before a connection.
    for (const more of [[], ['--token', 'a-secret-for-merge', '--allow-insecure-peers']])
      assert.match((await merge('http://192.0.2.1:5000', ...more)).stderr, /is listed twice/);
    // A name may have any address: it is checked when it is looked up.
    const lookup = lookupNear((address) => new Error(`${address} is public`));
    const found = (name: string) =>
      new Promise<string>((resolve) =>
        lookup(name, {}, (error, address) => resolve(error ? error.message : String(address))),
      );
    assert.equal(await found('192.0.2.1'), '192.0.2.1 is public');
    assert.equal(await found('127.0.0.1'), '127.0.0.1');
  });
});

/** Starts a node with this peer, and stops it. */
async function starts(url: string, ...args: string[]): Promise<void> {
  await using _ = await twins.twinOf('first', 'third', '--peers', url, ...args);
}
