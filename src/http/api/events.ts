import type { ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { HitError, messageOf } from '../../errors.ts';
import type { QueryParams } from '../../query/params.ts';
import { holderOf, mayGoOnReading, requireReader } from '../auth.ts';
import type { ServerContext } from '../context.ts';
import { type Operation, other, problem, queryParameters } from '../openapi/operation.ts';
import { REFUSED } from '../openapi/refused.ts';
import { MOST, type StreamReader, StreamShares } from '../stream-shares.ts';
import { type Answer, LIVE_PARAMETERS, readLive } from './live.ts';

const EVERY = 1000;
/** How long a reader that is disconnected may take to read the end, in milliseconds. */
const END_GRACE_MS = 2000;
/** Most unread bytes per reader: beyond them the connection is closed, and the reader may reconnect. */
const MOST_WAITING = 256 * 1024;
/** Reconnect delay for browsers, in milliseconds. */
const RETRY = 2000;

/** A connected reader. */
interface Reader {
  readonly response: ServerResponse;
  /** Whether the reader may still read: a token can be revoked. */
  readonly mayStay: () => boolean;
}

const OPERATION: Operation = {
  operationId: 'liveEvents',
  tags: ['Ask'],
  summary: 'Live counts every second, as server-sent events',
  description: `Events \`live\`, whose data is the answer of \`/api/v1/live\`; at most ${MOST} readers. Those without a token may be disconnected for others.`,
  parameters: queryParameters(LIVE_PARAMETERS),
  responses: {
    200: other('an endless stream', 'text/event-stream'),
    ...REFUSED,
    503: problem('too many readers'),
  },
};

/** `GET /api/v1/live/events?site=&window=`: the answer of `GET /api/v1/live`, each second, as server-sent events. */
export function eventRoutes(app: FastifyInstance, context: ServerContext): void {
  const feed = new LiveFeed((words) => readLive(context, words));
  context.ending.addEventListener('abort', () => feed.close(), { once: true });
  const options = {
    onRequest: requireReader(context),
    config: { operation: OPERATION, bound: 'one' },
  } as const;
  app.get('/api/v1/live/events', options, async (request, reply) => {
    const words = request.query as QueryParams;
    // Errors in the query are reported before the stream begins.
    const first = await readLive(context, words);
    // A HEAD request gets no events.
    if (request.method === 'HEAD') return reply.type('text/event-stream').send('');
    const mayStay = () => mayGoOnReading(context, request.raw);
    const reader = {
      holder: holderOf(context, request.raw),
      network: context.clients.networkOf(request.raw),
    };
    return feed.open(words, first, reply, { reader, mayStay });
  });
}

/** Readers of live counts: readers with the same query share one reading. */
class LiveFeed {
  readonly #read: (words: QueryParams) => Promise<Answer>;
  readonly #channels = new Map<string, Channel>();
  readonly #shares = new StreamShares();
  #isClosed = false;

  constructor(read: (words: QueryParams) => Promise<Answer>) {
    this.#read = read;
  }

  /** @throws HitError `overloaded` if there are too many readers, or the server is closing */
  open(
    words: QueryParams,
    first: Answer,
    reply: FastifyReply,
    { reader: who, mayStay }: { readonly reader: StreamReader; readonly mayStay: () => boolean },
  ): FastifyReply {
    if (this.#isClosed) throw new HitError('overloaded', 'the server is closing', { retryAfter: 10 });
    const response = reply.raw;
    // The client has disconnected meanwhile: nothing would end its stream.
    if (response.destroyed) return reply.hijack();
    const release = this.#shares.add(who, () => {
      response.end();
      // One that does not read the end must not stay.
      setTimeout(() => response.destroy(), END_GRACE_MS).unref();
    });
    reply.hijack();
    // Proxies buffer the stream unless told not to.
    response.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
    });
    response.write(`retry: ${RETRY}\n\n${eventText('live', first)}`);
    const key = JSON.stringify([words.site, words.window, words.peers, words.source]);
    const channel = this.#channels.get(key) ?? new Channel(() => this.#read(words));
    this.#channels.set(key, channel);
    const reader = { response, mayStay };
    channel.add(reader);
    response.once('close', () => {
      release();
      if (channel.remove(reader)) this.#channels.delete(key);
    });
    return reply;
  }

  close(): void {
    this.#isClosed = true;
    for (const channel of this.#channels.values()) channel.end();
  }
}

/** Readers of one query. */
class Channel {
  readonly #read: () => Promise<Answer>;
  readonly #readers = new Set<Reader>();
  #timer: NodeJS.Timeout | undefined;
  #isReading = false;

  constructor(read: () => Promise<Answer>) {
    this.#read = read;
  }

  add(reader: Reader): void {
    this.#readers.add(reader);
    this.#timer ??= setInterval(() => void this.#tick(), EVERY);
  }

  /** @returns whether it was the last reader */
  remove(reader: Reader): boolean {
    this.#readers.delete(reader);
    if (this.#readers.size > 0) return false;
    clearInterval(this.#timer);
    this.#timer = undefined;
    return true;
  }

  end(): void {
    for (const { response } of this.#readers) response.end();
  }

  async #tick(): Promise<void> {
    // A slow reading, for example with silent peers, is not started a second time.
    if (this.#isReading) return;
    this.#isReading = true;
    let text: string;
    try {
      text = eventText('live', await this.#read());
    } catch (error) {
      text = eventText('problem', {
        detail: error instanceof HitError ? messageOf(error) : 'internal error',
      });
    } finally {
      this.#isReading = false;
    }
    for (const { response, mayStay } of this.#readers) {
      if (!mayStay()) response.end();
      else if (response.writableLength > MOST_WAITING) response.destroy();
      else response.write(text);
    }
  }
}

/** JSON text has no line breaks of its own. */
function eventText(name: string, data: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
