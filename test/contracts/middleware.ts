/** The contract of every middleware, in the real framework, over real connections. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { CounterOptions, Tracker } from '../../src/middleware/hit-counter.ts';
import type { Counting } from '../../src/middleware/made-trackers.ts';
import type { PeerRequest, TrackInput } from '../../src/trackers/input.ts';
import { RateTracker } from '../../src/trackers/rate.ts';
import { SimpleTracker } from '../../src/trackers/simple.ts';
import { FIREFOX } from '../fixtures/any-server.ts';
import { type AppRequest, abortedRequest, statusesOf } from '../fixtures/app-requests.ts';
import { randomNumbers } from '../fixtures/hit-load.ts';
import { scaledTimeout, until } from '../fixtures/scaled-timeout.ts';

export interface StartedApp {
  readonly port: number;
  readonly hits: Counting;
  /** Stops the server, once all answers are sent. */
  stop(): Promise<void>;
}

export interface AppOptions extends CounterOptions {
  /** Take the client's address from the framework, which trusts proxies on this machine. */
  readonly isFrameworksClient?: boolean;
}

/**
 * An application that a framework serves, with the middleware. `GET /page/N`, `/style.css` and `/blog/post` (in a router, if
 * the framework has routers) deliver something, and so does `POST /form`; `/moved` redirects, `/broken` throws, `/slow` answers
 * when the connection is closed, and `/large` sends `LARGE` bytes. It uses the middleware twice, which must not matter.
 */
export type StartApp = (trackers: readonly Tracker[], options: AppOptions) => Promise<StartedApp>;

/** More than the buffers of a connection hold. */
export const LARGE = 32 * 2 ** 20;

/** Visitors of the test do not collide under this key, so their estimate is exact. */
const KEY = new Uint8Array(16).fill(7);

const GOOGLEBOT = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)';
const BROWSER = { 'user-agent': FIREFOX };

/** What a server answers, and whether it counts. */
const KINDS: readonly {
  method: string;
  path: string;
  agent: string;
  purpose?: string;
  status: number;
  counts: boolean;
}[] = [
  { method: 'GET', path: '/page/1', agent: FIREFOX, status: 200, counts: true },
  { method: 'GET', path: '/page/2?a=b.png', agent: FIREFOX, status: 200, counts: true },
  { method: 'GET', path: '/blog/post', agent: FIREFOX, status: 200, counts: true },
  { method: 'POST', path: '/form', agent: FIREFOX, status: 201, counts: true },
  { method: 'GET', path: '/page/1', agent: GOOGLEBOT, status: 200, counts: false },
  {
    ...{ method: 'GET', path: '/page/1', agent: FIREFOX, purpose: 'prefetch;prerender' },
    ...{ status: 200, counts: false },
  },
  { method: 'HEAD', path: '/page/1', agent: FIREFOX, status: 200, counts: false },
  { method: 'GET', path: '/style.css', agent: FIREFOX, status: 200, counts: false },
  { method: 'GET', path: '/moved', agent: FIREFOX, status: 302, counts: false },
  { method: 'GET', path: '/missing', agent: FIREFOX, status: 404, counts: false },
  { method: 'GET', path: '/broken', agent: FIREFOX, status: 500, counts: false },
];

/** A mixture of all kinds from many clients, always the same. */
function mixture(length: number) {
  const random = randomNumbers(22);
  return Array.from({ length }, () => {
    const kind = KINDS[Math.floor(random.next().value * KINDS.length)]!;
    const client = `203.0.113.${Math.floor(random.next().value * 50)}`;
    const purpose = kind.purpose !== undefined && { 'sec-purpose': kind.purpose };
    return { ...kind, client, headers: { 'user-agent': kind.agent, 'x-forwarded-for': client, ...purpose } };
  });
}

function pages(length: number): AppRequest[] {
  return Array.from({ length }, (_, i) => ({ method: 'GET', path: `/page/${i}`, headers: BROWSER }));
}

/** @param hasConnection whether the middleware sees the connection, so that it knows of aborted requests */
export function middlewareContract(name: string, start: StartApp, { hasConnection = true } = {}): void {
  describe(`the middleware of ${name}`, { timeout: scaledTimeout(60_000) }, () => {
    test('counts exactly what was delivered to people, of many concurrent requests', async () => {
      const simple = new SimpleTracker();
      const rate = new RateTracker({ key: KEY });
      const statuses: unknown[] = [];
      const recorder: Tracker = { track: (input) => statuses.push((input as PeerRequest).status) };
      const app = await start([simple, rate, recorder], {});
      const sent = mixture(300);
      const answered = await statusesOf(app.port, sent);
      await app.stop();
      await app.hits.close();
      assert.deepEqual(
        answered,
        sent.map(({ status }) => status),
      );
      assert.deepEqual(statuses.toSorted(), answered.toSorted());
      let hits = 0;
      const visitors = new Set<string>();
      for (const { counts, client } of sent) {
        if (!counts) continue;
        hits++;
        visitors.add(client);
      }
      assert.deepEqual([simple.total, simple.unique], [hits, visitors.size]);
      const minute = rate.rate({ seconds: 3600 });
      assert.deepEqual([minute.hits, minute.visitors], [hits, visitors.size]);
      assert.equal(app.hits.lost, 0);
    });

    test('changes no answer if a tracker throws, rejects or hangs, and reports each once', async () => {
      const errors: unknown[] = [];
      const simple = new SimpleTracker();
      const trackers: Tracker[] = [
        {
          track: () => {
            throw new Error('thrown');
          },
        },
        { track: () => Promise.reject(new Error('rejected')) },
        { track: () => new Promise(() => undefined) },
        simple,
      ];
      const onError = (error: unknown) => {
        errors.push(error);
        throw new Error('onError itself fails');
      };
      const app = await start(trackers, { onError, closeTimeout: 20 });
      const answered = await statusesOf(app.port, pages(300));
      assert.ok(answered.every((status) => status === 200));
      await until('all pages are tracked', () => simple.total === 300 && app.hits.lost === 600);
      assert.deepEqual(errors.map(String), ['Error: thrown', 'Error: rejected']);
      await app.stop();
      await app.hits.close();
      assert.equal(app.hits.lost, 900);
      assert.deepEqual(errors.slice(2).map(String), [
        'HitError: a tracker did not count 300 hits within 20 ms',
      ]);
    });

    test('waits for hits under way when it is closed', async () => {
      let counted = 0;
      const slow: Tracker = {
        track: async () => {
          await new Promise((resolve) => setTimeout(resolve, 50));
          counted++;
        },
      };
      const app = await start([slow], {});
      await statusesOf(app.port, pages(100));
      await Promise.all([app.stop(), app.hits.close(), app.hits.close()]);
      assert.equal(counted, 100);
      assert.equal(app.hits.lost, 0);
    });

    test('has the whole path of a request in a router', async () => {
      const urls: unknown[] = [];
      const track = (input: TrackInput) => urls.push((input as PeerRequest).request.url);
      const app = await start([{ track }], {});
      await statusesOf(app.port, [{ method: 'GET', path: '/blog/post?a=1', headers: BROWSER }]);
      await app.stop();
      await app.hits.close();
      assert.match(String(urls), /\/blog\/post\?a=1$/);
    });

    test('takes the client’s address from the framework, if it is told so', async () => {
      const simple = new SimpleTracker({ trustProxy: 'none' });
      const app = await start([simple], { isFrameworksClient: true });
      const sent = ['203.0.113.7', '203.0.113.8', '203.0.113.7'].map((client) => ({
        method: 'GET',
        path: '/page/1',
        headers: { ...BROWSER, 'x-forwarded-for': client },
      }));
      await statusesOf(app.port, sent);
      await app.stop();
      await app.hits.close();
      assert.deepEqual([simple.total, simple.unique], [3, 2]);
    });

    if (hasConnection)
      test('does not count aborted requests', async () => {
        const simple = new SimpleTracker();
        const app = await start([simple], {});
        const aborted = Array.from({ length: 8 }, (_, i) => [
          abortedRequest(app.port, '/slow', BROWSER, 'request'),
          abortedRequest(app.port, `/large?${i}`, BROWSER, 'body'),
        ]);
        const whole = statusesOf(app.port, [
          ...pages(30),
          { method: 'GET', path: '/large', headers: BROWSER },
        ]);
        await Promise.all([...aborted.flat(), whole]);
        await app.stop();
        await app.hits.close();
        assert.equal(simple.total, 31);
        assert.equal(app.hits.lost, 0);
      });
  });
}
