import { once } from 'node:events';
import { createServer } from 'node:http';
import { LARGE, middlewareContract } from '../../test/contracts/middleware.ts';
import { listening } from '../../test/fixtures/listening.ts';
import { hitTracker } from './node.ts';

middlewareContract('node:http', async (trackers, { isFrameworksClient, ...options }) => {
  const hits = hitTracker(trackers, {
    ...options,
    ...(isFrameworksClient && {
      clientAddress: ({ headers }) => String(headers['x-forwarded-for']),
    }),
  });
  const server = createServer(async (request, response) => {
    const [path = ''] = request.url!.split('?');
    if (path === '/slow') await once(request.socket, 'close');
    if (path === '/large') response.end(Buffer.alloc(LARGE));
    else if (path === '/moved') response.writeHead(302, { location: '/' }).end();
    else if (path === '/form') response.writeHead(201).end('created');
    else if (path === '/broken') response.writeHead(500).end('broken');
    else if (path === '/missing') response.writeHead(404).end('missing');
    else response.end('delivered');
  });
  server.on('request', hits).on('request', hits);
  return { hits, ...(await listening(server)) };
});
