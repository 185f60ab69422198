import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import fastify from 'fastify';
import { LARGE, middlewareContract } from '../../test/contracts/middleware.ts';
import { hitTracker } from './fastify.ts';

middlewareContract('Fastify', async (trackers, { isFrameworksClient, ...options }) => {
  const hits = hitTracker(trackers, {
    ...options,
    ...(isFrameworksClient && { clientAddress: (request) => request.ip }),
  });
  const app = fastify({ trustProxy: 'loopback', forceCloseConnections: 'idle' });
  app.register(hits);
  app.register(hits);
  app.get('/page/:number', async () => 'delivered');
  app.get('/style.css', async (_request, reply) => reply.type('text/css').send('delivered'));
  app.post('/form', async (_request, reply) => reply.code(201).send('created'));
  app.get('/moved', async (_request, reply) => reply.redirect('/page/1'));
  app.get('/broken', async () => {
    throw new Error('broken');
  });
  app.get('/slow', async (request) => {
    await once(request.raw.socket, 'close');
    return 'late';
  });
  app.get('/large', async (_request, reply) => reply.send(Buffer.alloc(LARGE)));
  app.register(async (blog) => blog.get('/post', async () => 'delivered'), { prefix: '/blog' });
  await app.listen({ port: 0, host: '127.0.0.1' });
  return { hits, port: (app.server.address() as AddressInfo).port, stop: () => app.close() };
});
