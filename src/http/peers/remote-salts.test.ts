import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import { pino } from 'pino';
import { type SaltPlace, saltContract } from '../../../test/contracts/salts.ts';
import { Line } from '../../../test/fixtures/line.ts';
import { temporaryFolder } from '../../../test/fixtures/temporary.ts';
import { HitError } from '../../errors.ts';
import { Tokens } from '../../folder/tokens.ts';
import type { DailySalts } from '../../hit/salts.ts';
import { saltRoutes } from '../api/salts.ts';
import { createApp } from '../app.ts';
import { closeServer, listen } from '../server.ts';
import { Sessions } from '../session.ts';
import { RemoteSalts, saltsUrl } from './remote-salts.ts';

const TOKEN = 'a-token-for-the-tests';
const NOWHERE = '/nowhere';

/** The routes of a node that serves its salts, on a port. */
async function giverOf(salts: DailySalts): Promise<FastifyInstance> {
  const app = createApp(pino({ level: 'silent' }));
  const [tokens, sessions] = [
    new Tokens(NOWHERE, Date.now),
    new Sessions({ folder: NOWHERE, adminToken: TOKEN, seconds: 60, now: Date.now }),
  ];
  saltRoutes(app, { ...{ adminToken: TOKEN, node: 'node-0', salts, tokens, sessions } });
  await listen(app, 0, '127.0.0.1');
  return app;
}

const portOf = ({ server }: FastifyInstance) => (server.address() as AddressInfo).port;

/** Node 0 serves its salts, and is configured to query itself like all others. */
class Giver implements SaltPlace {
  #app: FastifyInstance | undefined;
  #line: Line | undefined;

  async source(node: number, salts: DailySalts): Promise<RemoteSalts> {
    this.#app ??= await giverOf(salts);
    this.#line ??= await Line.to(portOf(this.#app));
    return new RemoteSalts(`http://127.0.0.1:${this.#line.port}`, TOKEN, `node-${node}`);
  }

  away(): Promise<void> {
    return this.#line!.cut();
  }

  back(): Promise<void> {
    return this.#line!.mend();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#line?.[Symbol.asyncDispose]();
    if (this.#app) await closeServer(this.#app);
  }
}

saltContract('a node that serves its salts', async () => new Giver());

describe('the node of --salts-from', () => {
  test('uses https, or a loopback or private address', () => {
    for (const url of [
      'http://127.0.0.1:5000',
      'http://[::1]:5000/',
      'http://10.1.2.3',
      'http://node-0.nodes:5000',
      'https://8.8.8.8/',
      'https://stats.example.com/behind/a/path/',
    ]) {
      assert.match(saltsUrl(url).href, /\/api\/v1\/salts$/, url);
    }
    for (const url of ['http://8.8.8.8:5000', 'http://[2001:db8::1]/']) {
      assert.throws(() => saltsUrl(url), /is a public address.*use https:\/\//, url);
    }
    for (const url of ['node-0:5000', 'ftp://10.0.0.1', 'http://:secret@10.0.0.1', 'http://10.0.0.1/?a=b']) {
      assert.throws(
        () => saltsUrl(url),
        (error) => error instanceof HitError && error.code === 'bad_setting' && !/secret/.test(error.message),
        url,
      );
    }
  });

  test('is not queried over plain HTTP if its name resolves to a public address', async () => {
    // Reserved for documentation, so nothing is there.
    const source = new RemoteSalts('http://192.0.2.1.nip.io:1', TOKEN, 'x');
    await assert.rejects(source.agree('2098-11-24'), /public address|ENOTFOUND|EAI_AGAIN/);
  });

  test('is named in the error if it wants another token, redirects, or is something else', async (t) => {
    let answer: { status: number; headers?: Record<string, string>; body: string } = {
      status: 401,
      body: '',
    };
    const server = createServer((_request, response) => {
      response.writeHead(answer.status, answer.headers).end(answer.body);
    }).listen(0, '127.0.0.1');
    t.after(() => server.close());
    await new Promise((resolve) => server.once('listening', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const source = new RemoteSalts(url, TOKEN, 'x');
    const fails = (pattern: RegExp) => assert.rejects(source.agree('2098-11-24'), pattern);
    await fails(/refuses the token of this node/);
    answer = { status: 302, headers: { location: 'http://8.8.8.8/' }, body: '' };
    await fails(/it redirects/);
    answer = { status: 200, body: '{}' };
    await fails(/not that of a Hit Tracker/);
    answer = { status: 200, body: 'x'.repeat(20_000) };
    await fails(/too long/);
    answer = { status: 200, body: JSON.stringify({ node: 'a', salts: { '2098-11-24': 'AAAA' } }) };
    await fails(/is not 16 bytes/);
  });

  test('serves its salts only with the admin token', async (t) => {
    const { Secrets } = await import('../../folder/secrets.ts');
    const { salts } = Secrets.open(temporaryFolder(t));
    salts.rotate();
    const app = await giverOf(salts);
    t.after(() => closeServer(app));
    const url = `http://127.0.0.1:${portOf(app)}/api/v1/salts`;
    for (const headers of [{}, { authorization: 'Bearer another-token-entirely' }]) {
      assert.equal((await fetch(url, { headers })).status, 401);
    }
    const answer = await fetch(url, { headers: { authorization: `Bearer ${TOKEN}` } });
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    assert.deepEqual(
      Object.keys(((await answer.json()) as { salts: object }).salts),
      Object.keys(salts.kept),
    );
  });
});
