import { once } from 'node:events';
import { createServer } from 'node:http';
import Koa from 'koa';
import { LARGE, middlewareContract } from '../../test/contracts/middleware.ts';
import { listening } from '../../test/fixtures/listening.ts';
import { hitTracker } from './koa.ts';

middlewareContract('Koa', async (trackers, { isFrameworksClient, ...options }) => {
  const hits = hitTracker(trackers, {
    ...options,
    ...(isFrameworksClient && { clientAddress: (context) => context.ip }),
  });
  const app = new Koa({ proxy: true });
  app.silent = true;
  // As `koa-mount` does it.
  app.use(async (context, next) => {
    if (context.path.startsWith('/blog/')) context.path = context.path.slice('/blog'.length);
    await next();
  });
  app.use(hits).use(hits);
  app.use(async (context) => {
    const { path } = context;
    if (path === '/slow') await once(context.req.socket, 'close');
    if (path === '/broken') throw new Error('broken');
    if (path === '/moved') context.redirect('/page/1');
    else if (path === '/form') context.status = 201;
    else if (path === '/large') context.body = Buffer.alloc(LARGE);
    else if (path !== '/missing') context.body = 'delivered';
  });
  return { hits, ...(await listening(createServer(app.callback()))) };
});
