/** No route gives more than its credentials permit: each route, with each kind of credentials, private and public. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, type IncomingMessage, request } from 'node:http';
import { after, describe, test } from 'node:test';
import { type AnyServer, BEARER, cookieOf, TOKEN } from '../fixtures/any-server.ts';
import { file } from '../fixtures/file-scope.ts';
import { withRoutes } from '../fixtures/route-table.ts';
import { scaledTimeout } from '../fixtures/scaled-timeout.ts';
import { ServerHere } from '../fixtures/server-here.ts';
import { temporaryFolder } from '../fixtures/temporary.ts';

/** Who may use a route: everyone, or who has one of these. `control` is the socket in the data folder. */
type Need = 'open' | 'read' | 'read or peer' | 'write' | 'peer' | 'admin' | 'control';

const OPEN =
  /^(?:\w+ (?:\/|\/favicon\.ico|\/healthz|\/readyz|\/dashboard.*|\/script\.js|\/docs|\/openapi\.json|\/badge\/.*|\/counter\/.*)|HEAD \/hit\.gif|(?:POST|OPTIONS) \/hit|(?:GET|HEAD|POST|DELETE) \/api\/v1\/session)$/;
const READ =
  /^(?:(?:GET|HEAD) (?:\/metrics|\/api\/v1\/(?:live|live\/events|stats|top|props|sites|drops|sites\/:site\/\w+))|POST \/api\/v1\/(?:query|funnel|journeys|retention))$/;

/** Written apart from the routes: a new one is for administrators, or is named here. */
function needOf(route: string): Need {
  if (OPEN.test(route)) return 'open';
  if (READ.test(route)) return 'read';
  if (/ \/control\//.test(route)) return 'control';
  if (/^(?:GET|HEAD) \/api\/v1\/sketch$/.test(route)) return 'read or peer';
  if (/^(?:GET|HEAD) \/api\/v1\/salts$/.test(route)) return 'peer';
  return route === 'POST /api/v1/hits' ? 'write' : 'admin';
}

interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  readonly query?: string;
  /** Permits `what` to a route, for a change or not. */
  readonly permits: (need: Need, isChange: boolean) => boolean;
}

const nothing = () => false;
const everything = (need: Need) => need !== 'control';
const scope = (name: 'read' | 'write' | 'peer') => (need: Need) => need.split(' or ').includes(name);

async function credentialsOf(server: AnyServer): Promise<Readonly<Record<string, Credentials>>> {
  const create = async (name: string, members: object) => {
    const { text } = await server.post('/api/v1/tokens', { name, scope: 'read', ...members }, BEARER);
    const { id, token } = JSON.parse(text) as { id: string; token: string };
    return { id, headers: { authorization: `Bearer ${token}` } };
  };
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const revoked = await create('revoked', {});
  await server.send(`/api/v1/tokens/${revoked.id}`, { method: 'DELETE', headers: BEARER });
  const signIn = async () => cookieOf(await server.post('/api/v1/session', { token: TOKEN }));
  const [open, ended] = [await signIn(), await signIn()];
  const signOut = { cookie: ended, 'sec-fetch-site': 'same-origin' };
  await server.send('/api/v1/session', { method: 'DELETE', headers: signOut });
  const visitor = cookieOf(await server.send('/', { headers: { host: 'a.example' } })).replace(/^hit=/, '');
  const forged = open.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
  return {
    none: { headers: {}, permits: nothing },
    'an empty token': { headers: { authorization: 'Bearer ' }, permits: nothing },
    'a wrong token': { headers: bearer('x'.repeat(TOKEN.length)), permits: nothing },
    'a part of the admin token': { headers: bearer(TOKEN.slice(0, -1)), permits: nothing },
    'the admin token and more': { headers: bearer(`${TOKEN}x`), permits: nothing },
    'the admin token in capitals': { headers: bearer(TOKEN.toUpperCase()), permits: nothing },
    'the admin token as a password': {
      headers: { authorization: `Basic ${Buffer.from(`admin:${TOKEN}`).toString('base64')}` },
      permits: nothing,
    },
    'the admin token in the query': { headers: {}, query: `token=${TOKEN}`, permits: nothing },
    'a token that was revoked': { headers: revoked.headers, permits: nothing },
    'a token for reading': { ...(await create('read', {})), permits: scope('read') },
    'a token for sending': { ...(await create('write', { scope: 'write' })), permits: scope('write') },
    'a token of a peer': { ...(await create('peer', { scope: 'peer' })), permits: scope('peer') },
    'the cookie of a visitor': { headers: { cookie: `hit_admin=${visitor}` }, permits: nothing },
    'a forged cookie': { headers: { cookie: forged }, permits: nothing },
    'the cookie of an ended session': { headers: { cookie: ended }, permits: nothing },
    'a cookie, from a page of another site': {
      headers: { cookie: open, 'sec-fetch-site': 'cross-site' },
      permits: (need, isChange) => !isChange && everything(need),
    },
    'a cookie, from the dashboard': {
      headers: { cookie: open, 'sec-fetch-site': 'same-origin' },
      permits: everything,
    },
    'the admin token': { headers: BEARER, permits: everything },
  };
}

const agent = new Agent({ keepAlive: true });
after(() => agent.destroy());

/** The status of an answer, of which only the head is read if it is endless. */
async function statusOf(port: number, route: string, { headers, query }: Credentials): Promise<number> {
  const [method = '', url = ''] = route.split(' ');
  const place = url.replace(':site', 'a.example').replace(/:\w+/, 'plain').replace('*', 'x');
  const hasBody = method === 'POST' || method === 'PUT';
  const type = url.startsWith('/control/') ? 'application/octet-stream' : 'application/json';
  const sent = request({
    ...{ host: '127.0.0.1', port, method, path: query ? `${place}?${query}` : place, agent },
    headers: { ...headers, ...(hasBody && { 'content-type': type, 'content-length': 2 }) },
  });
  sent.end(hasBody ? '{}' : undefined);
  const [response]: IncomingMessage[] = await once(sent, 'response');
  if (url.endsWith('/events')) response!.destroy();
  else {
    response!.resume();
    await once(response!, 'end');
  }
  return response!.statusCode!;
}

for (const isPublic of [false, true]) {
  describe(`a server that is ${isPublic ? 'public' : 'private'}`, {
    timeout: scaledTimeout(120_000),
  }, async () => {
    const flags = ['--tracker', 'simple,rate', ...(isPublic ? ['--public'] : [])];
    const { server, routes } = await withRoutes(() =>
      ServerHere.start(file, temporaryFolder(file), ...flags),
    );
    const credentials = await credentialsOf(server);

    for (const [name, each] of Object.entries(credentials)) {
      test(`permits nothing else to ${name}`, async () => {
        for (const route of routes) {
          const need = needOf(route);
          // Everyone gets the same, or signs in or out.
          if (need === 'open' && name !== 'none') continue;
          const isRead = need === 'read' || need === 'read or peer';
          const isChange = !/^(?:GET|HEAD) /.test(route);
          const status = await statusOf(server.port, route, each);
          const shown = `${route}: ${status}`;
          if (need === 'control') assert.equal(status, 404, shown);
          else if (need === 'open') assert.notEqual(status, 401, shown);
          else if ((isPublic && isRead) || each.permits(need, isChange))
            assert.ok(status !== 401 && status !== 403, shown);
          else assert.ok(status === 401 || status === 403, shown);
        }
      });
    }

    test('has all the routes that this test is about', () => {
      const needs = Map.groupBy(routes, needOf);
      for (const need of ['open', 'read', 'read or peer', 'write', 'peer', 'admin', 'control'] as const)
        assert.ok(needs.get(need)!.length > 0, need);
      assert.ok(routes.length >= 80, String(routes.length));
    });
  });
}
