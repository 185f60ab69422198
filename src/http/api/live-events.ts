import type { ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { HitError, messageOf } from '../../errors.ts';
import type { Words } from '../../store/words.ts';
import { requireReader } from '../auth.ts';
import type { ServerContext } from '../context.ts';
import { readLive } from './live.ts';

const INTERVAL_MS = 1000;
/** Streams at once. */
const MOST = 100;
/** How long a browser waits before it comes again, in milliseconds. */
const RETRY_MS = 2000;
/** Bytes that wait for a slow reader; beyond this it is hung up on. */
const MOST_WAITING = 256 * 1024;

/** Streams of one question, which is read once for all of them. */
interface Channel {
  readonly words: Words;
  readonly readers: Set<ServerResponse>;
  timer: NodeJS.Timeout | undefined;
}

/** `GET /api/v1/live/events`: what `/api/v1/live` answers, each second, as server-sent events. */
export function liveEventRoutes(app: FastifyInstance, context: ServerContext): void {
  const channels = new Map<string, Channel>();
  let open = 0;
  let isClosing = false;

  const beat = async (key: string, channel: Channel): Promise<void> => {
    try {
      const text = JSON.stringify(await readLive(context, channel.words));
      for (const reader of channel.readers) tell(reader, `event: live\ndata: ${text}\n\n`);
    } catch (error) {
      // It may pass; meanwhile the connection is kept, and its reader sees that nothing comes.
      for (const reader of channel.readers) tell(reader, `: ${messageOf(error)}\n\n`);
    }
    if (channels.get(key) === channel) channel.timer = setTimeout(beat, INTERVAL_MS, key, channel);
  };

  const leave = (key: string, channel: Channel, reader: ServerResponse): void => {
    open--;
    channel.readers.delete(reader);
    if (channel.readers.size > 0) return;
    clearTimeout(channel.timer);
    channels.delete(key);
  };

  app.addHook('preClose', async () => {
    isClosing = true;
    for (const { readers } of channels.values()) for (const reader of readers) reader.end();
  });

  app.get('/api/v1/live/events', { onRequest: requireReader(context) }, async (request, reply) => {
    const words = request.query as Words;
    // What is wrong with the question is said before there is a stream.
    const first = await readLive(context, words);
    if (open >= MOST || isClosing) {
      throw new HitError('overloaded', `${MOST} streams of events are open already`, { retryAfter: 5 });
    }
    const { raw } = reply.hijack();
    raw.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    raw.write(`retry: ${RETRY_MS}\n\nevent: live\ndata: ${JSON.stringify(first)}\n\n`);
    const key = JSON.stringify([words.site, words.window, words.peers]);
    let channel = channels.get(key);
    if (!channel) {
      channel = { words, readers: new Set(), timer: undefined };
      channels.set(key, channel);
      channel.timer = setTimeout(beat, INTERVAL_MS, key, channel);
    }
    channel.readers.add(raw);
    open++;
    const joined = channel;
    raw.once('close', () => leave(key, joined, raw));
  });
}

function tell(reader: ServerResponse, text: string): void {
  if (reader.writableLength > MOST_WAITING) reader.destroy();
  else reader.write(text);
}
