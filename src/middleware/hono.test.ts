import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { describe, test } from 'node:test';
import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { LARGE, middlewareContract, type StartApp } from '../../test/contracts/middleware.ts';
import { FIREFOX } from '../../test/fixtures/any-server.ts';
import { listening } from '../../test/fixtures/listening.ts';
import { hitTracker } from './hono.ts';

/** @param serve how the runtime calls the application */
function starting(serve: (app: Hono<{ Bindings: HttpBindings }>) => Server): StartApp {
  return async (trackers, { isFrameworksClient, ...options }) => {
    const hits = hitTracker(trackers, {
      ...options,
      ...(isFrameworksClient && { clientAddress: (c: Context) => c.req.header('x-forwarded-for') }),
    });
    const app = new Hono<{ Bindings: HttpBindings }>();
    app.use(hits, hits);
    app.get('/page/:number', (c) => c.text('delivered'));
    app.get('/style.css', (c) => c.text('delivered'));
    app.post('/form', (c) => c.text('created', 201));
    app.get('/moved', (c) => c.redirect('/page/1'));
    app.get('/broken', () => {
      throw new Error('broken');
    });
    app.onError((_error, c) => c.text('broken', 500));
    app.get('/slow', async (c) => {
      await once(c.env.incoming.socket, 'close');
      return c.text('late');
    });
    app.get('/large', (c) => c.body(new Uint8Array(LARGE)));
    app.route(
      '/blog',
      new Hono().get('/post', (c) => c.text('delivered')),
    );
    return { hits, ...(await listening(serve(app))) };
  };
}

middlewareContract(
  'Hono on Node',
  starting((app) => createAdaptorServer({ fetch: app.fetch }) as Server),
);

middlewareContract(
  'Hono on web standards',
  starting((app) => createAdaptorServer({ fetch: (request) => app.fetch(request) }) as Server),
  { hasConnection: false },
);

describe('the middleware of Hono in a Worker', () => {
  test('lets the answer go first, and keeps the Worker alive until the hit is counted', async () => {
    const events: string[] = [];
    const counting = Promise.withResolvers<void>();
    const track = async () => {
      events.push('tracked');
      await counting.promise;
      events.push('counted');
    };
    const app = new Hono().use(hitTracker({ track })).get('/', (c) => c.text('delivered'));
    const kept: Promise<unknown>[] = [];
    const context = {
      waitUntil: (promise: Promise<unknown>) => void kept.push(promise),
      passThroughOnException: () => undefined,
      props: {},
    };
    const response = await app.fetch(new Request('http://a.com/'), {}, context);
    events.push(await response.text());
    counting.resolve();
    await Promise.all(kept);
    assert.equal(kept.length, 1);
    assert.deepEqual(events, ['delivered', 'tracked', 'counted']);
  });

  test('counts neither an error nor what a later handler throws past Hono', async () => {
    const hits = hitTracker({ simple: {} });
    const app = new Hono().use(hits);
    app.get('/error', () => {
      throw new Error('broken');
    });
    app.get('/text', () => {
      throw 'not an error';
    });
    app.onError((_error, c) => c.text('broken', 500));
    const headers = { 'user-agent': FIREFOX };
    assert.equal((await app.request('/error', { headers })).status, 500);
    await assert.rejects(
      async () => app.request('/text', { headers }),
      (thrown) => thrown === 'not an error',
    );
    await hits.close();
    assert.equal(hits.simple.total, 0);
    assert.equal(hits.simple.uncounted.undelivered, 2);
  });
});
