import { HitError } from '../../errors.ts';
import { type QueryParams, readChoice } from '../../query/params.ts';
import type { ServerContext } from '../context.ts';
import { answerOf, type LiveAnswer, readSite, readWindows } from '../live-answer.ts';
import { readStreamLive, type StreamAnswer } from './stream-live.ts';

const SOURCES = ['live', 'stream'] as const;

/**
 * @param words `site`, `window` such as `60s,5m,1h,24h`, `peers=false` for counts of this node alone, and `source=stream`
 *   for the counts of a streaming job
 */
export async function readLive(
  context: ServerContext,
  words: QueryParams,
): Promise<LiveAnswer | StreamAnswer> {
  if (words.source !== undefined && readChoice('source', words.source, SOURCES) === 'stream') {
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
  const isAlone =
    words.peers !== undefined && readChoice('peers', words.peers, ['true', 'false']) === 'false';
  if (context.peers && !isAlone) {
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
