/**
 * Which queries of readers may run now. Holders of tokens query at once, on their own share of the engine
 * (`clickhouse/engine-share.ts`). Readers without a token, with `--public`, share one query at a time:
 *
 * 1. Equal queries that wait run once. A query that has begun is not joined: hits acknowledged since may be missing in its
 *    answer. For the same reason no answer is cached: late hits change those of past periods too.
 * 2. Addresses take turns, and within an address its sites: an address that sends a thousand queries delays another one by one.
 * 3. The queue is bounded, and so is the wait. A refused reader gets 503 with `Retry-After`.
 *
 * Invariants: at most one anonymous query runs; each waiting reader gets exactly one outcome, or has disconnected.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { asAnonymous, asHolder } from '../clickhouse/engine-share.ts';
import { HitError } from '../errors.ts';
import { FairQueue } from '../timing/fair-queue.ts';
import { holderOf, type Keys } from './auth.ts';
import type { ClientAddresses } from './client-address.ts';

/** Most waiting anonymous readers. */
const MOST_WAITING = 100;
/** Milliseconds that one waits for its turn: longer than one query may run, so that a slow one does not refuse all others. */
const WAIT_MS = 20_000;
/** Seconds after which a refused reader may try again. */
const RETRY_AFTER = 10;

/** A query that anonymous readers wait for. */
interface PendingQuery {
  readonly run: () => Promise<unknown>;
  readonly key: string;
  readonly readers: Set<Waiting>;
}

interface Waiting {
  readonly query: PendingQuery;
  readonly network: string;
  readonly site: string;
  readonly settle: PromiseWithResolvers<unknown>;
  readonly timer: NodeJS.Timeout;
}

/** An anonymous reader, and what it queries. */
interface Reader {
  /** Address, of IPv6 its network. */
  readonly network: string;
  readonly site: string;
  /** Equal for equal queries. */
  readonly key: string;
  /** Calls back when the reader disconnects. */
  readonly onGone: (forget: () => void) => void;
}

export class QueryAdmission {
  readonly #keys: Keys;
  readonly #clients: ClientAddresses;
  readonly #queue = new FairQueue<Waiting>(MOST_WAITING);
  /** Queries that have not begun, by their key. */
  readonly #pending = new Map<string, PendingQuery>();
  #isRunning = false;
  #refused = 0;

  constructor(keys: Keys, clients: ClientAddresses) {
    this.#keys = keys;
    this.#clients = clients;
  }

  /** Refused anonymous queries since the start. */
  get refused(): number {
    return this.#refused;
  }

  /**
   * Runs the query of a request, when its turn comes.
   *
   * @throws HitError `overloaded` if an anonymous reader waited too long, or too many wait; and what the query throws
   */
  run<Result>(request: FastifyRequest, reply: FastifyReply, work: () => Promise<Result>): Promise<Result> {
    const holder = holderOf(this.#keys, request.raw);
    if (holder !== undefined) return asHolder(holder, work);
    const { method, query, body, routeOptions } = request;
    const identity = [method, routeOptions.url, query, body];
    return this.runAnonymously(request, reply, { site: siteText(query) || siteText(body), identity }, work);
  }

  /**
   * The same for a request whose tokens are not looked at.
   *
   * @param query `identity`: equal, as JSON, for equal queries
   */
  runAnonymously<Result>(
    request: FastifyRequest,
    reply: FastifyReply,
    { site, identity }: { readonly site: string; readonly identity: readonly unknown[] },
    work: () => Promise<Result>,
  ): Promise<Result> {
    const network = this.#clients.networkOf(request.raw);
    const onGone = (forget: () => void) => reply.raw.once('close', forget);
    return this.admit({ network, site, key: JSON.stringify(identity), onGone }, work);
  }

  /** The same for an anonymous reader. */
  admit<Result>({ network, site, key, onGone }: Reader, run: () => Promise<Result>): Promise<Result> {
    const query = this.#pending.get(key) ?? { run, key, readers: new Set() };
    this.#pending.set(key, query);
    const settle = Promise.withResolvers<unknown>();
    const waiting: Waiting = {
      ...{ query, network, site, settle },
      timer: setTimeout(() => this.#refuse(waiting, `no turn within ${WAIT_MS / 1000} s`), WAIT_MS),
    };
    query.readers.add(waiting);
    const excess = this.#queue.add(waiting, network, site);
    if (excess) this.#refuse(excess, `${MOST_WAITING} are waiting`);
    onGone(() => this.#forget(waiting));
    this.#next();
    return settle.promise as Promise<Result>;
  }

  #next(): void {
    if (this.#isRunning) return;
    const first = this.#queue.next();
    if (!first) return;
    const { query } = first;
    const readers = [...query.readers];
    for (const each of readers) this.#forget(each);
    this.#isRunning = true;
    asAnonymous(async () => query.run())
      .then(
        (result) => {
          for (const { settle } of readers) settle.resolve(result);
        },
        (error: unknown) => {
          for (const { settle } of readers) settle.reject(error);
        },
      )
      .finally(() => {
        this.#isRunning = false;
        this.#next();
      });
  }

  #refuse(waiting: Waiting, why: string): void {
    this.#forget(waiting);
    this.#refused++;
    const message = `too many queries without a token (${why}): try again later, or send a token`;
    waiting.settle.reject(new HitError('overloaded', message, { retryAfter: RETRY_AFTER }));
  }

  /** Removes a reader from the queue, and its query if no other one waits for it. */
  #forget(waiting: Waiting): void {
    const { query, network, site, timer } = waiting;
    clearTimeout(timer);
    this.#queue.remove(waiting, network, site);
    query.readers.delete(waiting);
    if (query.readers.size === 0 && this.#pending.get(query.key) === query) this.#pending.delete(query.key);
  }
}

/** The member `site` of parameters or a body, as a text. */
function siteText(input: unknown): string {
  const { site = '' } = (input ?? {}) as { readonly site?: unknown };
  return String(site);
}
