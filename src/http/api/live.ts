import type { FastifyInstance } from 'fastify';
import { HitError } from '../../errors.ts';
import type { QueryParams } from '../../query/params.ts';
import { parameterOr, readParameter } from '../../schema/parameter.ts';
import { BOOLEAN, choice, either, type Static } from '../../schema/schema.ts';
import { requireReader } from '../auth.ts';
import type { ServerContext } from '../context.ts';
import { answerOf, LIVE, readSite, readWindows, WINDOW_PARAMETERS } from '../live-answer.ts';
import { json, type Operation, queryParameters } from '../openapi/operation.ts';
import { REFUSED } from '../openapi/refused.ts';
import { PEERS_LIVE } from '../peers/peers.ts';
import { readStreamLive, STREAM_LIVE, type StreamAnswer } from './stream-live.ts';

/** Parameters of a query for live counts. */
export const LIVE_PARAMETERS = {
  ...WINDOW_PARAMETERS,
  peers: parameterOr(true, BOOLEAN, '`false` leaves out the nodes of --peers'),
  source: parameterOr('live', choice(['live', 'stream']), '`stream` for the counts of a streaming job'),
};

const ANSWER = either(LIVE, PEERS_LIVE, STREAM_LIVE);
/** Live counts: of this node, of it and its peers, or of a streaming job. */
export type Answer = Static<typeof ANSWER>;

const OPERATION: Operation = {
  operationId: 'live',
  tags: ['Ask'],
  summary: 'Counts of windows that end now, and of all time',
  parameters: queryParameters(LIVE_PARAMETERS),
  responses: {
    200: json('counted', ANSWER, {
      ...{ site: 'example.com', at: '2026-11-24T01:42:10.842Z', total: { hits: 8, visitors: 4 } },
      windows: [{ window: '5m', seconds: 300, hits: 8, visitors: 4, hits_per_second: 0.027, error: 0.0101 }],
    }),
    ...REFUSED,
  },
};

/** `GET /api/v1/live?site=&window=&peers=&source=`. */
export function liveRoutes(app: FastifyInstance, context: ServerContext): void {
  app.get(
    '/api/v1/live',
    { onRequest: requireReader(context), config: { operation: OPERATION, bound: 'one' } },
    (request) => readLive(context, request.query as QueryParams),
  );
}

/**
 * @param words `site`, `window` such as `60s,5m,1h,24h`, `peers=false` for counts of this node alone, and `source=stream`
 *   for the counts of a streaming job
 */
export async function readLive(context: ServerContext, words: QueryParams): Promise<Answer> {
  if (readParameter('source', LIVE_PARAMETERS.source, words.source) === 'stream') {
    return streamLive(context, words);
  }
  if (!context.live) {
    throw new HitError('not_found', 'no live counts are kept: start the server with --tracker simple,rate');
  }
  if (!context.rate && words.window !== undefined) {
    throw new HitError('not_found', 'no windows are kept: start the server with --tracker rate');
  }
  const site = readSite(words.site);
  const names = context.rate ? readWindows(words.window) : [];
  const withPeers = readParameter('peers', LIVE_PARAMETERS.peers, words.peers);
  if (context.peers && withPeers) {
    return context.peers.read(site, names);
  }
  const count = await context.live.read(
    site,
    names.map(({ seconds }) => seconds),
  );
  return {
    site: site ?? null,
    at: new Date(context.now()).toISOString(),
    ...(count.staleSince !== undefined && { stale_since: new Date(count.staleSince).toISOString() }),
    total: count.total,
    windows: answerOf(names, count.windows),
  };
}

function streamLive({ streamResults, now }: ServerContext, words: QueryParams): StreamAnswer {
  if (!streamResults) {
    throw new HitError('not_found', 'no streaming job is known here: start the server with --stream-results');
  }
  const names = words.window === undefined ? undefined : readWindows(words.window);
  return readStreamLive(streamResults, readSite(words.site), names, now());
}
