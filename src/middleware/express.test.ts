import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { test } from 'node:test';
import express from 'express';
import express4 from 'express4';
import { LARGE, middlewareContract } from '../../test/contracts/middleware.ts';
import { listening } from '../../test/fixtures/listening.ts';
import { hitTracker } from './express.ts';

for (const [name, framework] of [
  ['Express 5', express],
  // A union of the types of both versions cannot be called.
  ['Express 4', express4 as unknown as typeof express],
] as const)
  middlewareContract(name, async (trackers, { isFrameworksClient, ...options }) => {
    const hits = hitTracker(trackers, {
      ...options,
      ...(isFrameworksClient && { clientAddress: (request) => request.ip }),
    });
    const app = framework();
    app.set('trust proxy', 'loopback');
    // Else it prints the errors of the test.
    app.set('env', 'test');
    app.set('etag', false);
    app.use(hits, hits);
    app.get('/page/:number', (_request, response) => void response.send('delivered'));
    app.get('/style.css', (_request, response) => void response.type('css').send('delivered'));
    app.post('/form', (_request, response) => void response.status(201).send('created'));
    app.get('/moved', (_request, response) => response.redirect('/page/1'));
    app.get('/broken', () => {
      throw new Error('broken');
    });
    app.get('/slow', async (request, response) => {
      await once(request.socket, 'close');
      response.send('late');
    });
    app.get('/large', (_request, response) => void response.send(Buffer.alloc(LARGE)));
    const blog = framework.Router();
    blog.get('/post', (_request, response) => void response.send('delivered'));
    app.use('/blog', blog);
    return { hits, ...(await listening(createServer(app))) };
  });

test('the middleware of Express fits the types of both versions', () => {
  const hits = hitTracker({ simple: {} }, { clientAddress: (request) => request.ip });
  express4().use(hits).use('/a', hits);
  express().use(hits).use('/a', hits);
  assert.equal(hits.simple.total, 0);
});
