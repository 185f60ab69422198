/**
 * Bounds how fast a client can guess tokens: after some wrong ones, all tokens from its address are refused for a while, right
 * ones too, as the answer would otherwise tell which one is right. Signed-in browsers, which send none, are not affected.
 *
 * Each wrong token is counted; the log has a line for the first one of a client in a minute.
 */
import type { IncomingMessage } from 'node:http';
import { RecentMap } from '../cache/recent-map.ts';
import { HitError } from '../errors.ts';
import { MINUTE } from '../timing/units.ts';
import type { ClientAddresses } from './client-address.ts';

/** Wrong tokens a second and client, in the long run; a burst is 20. */
const PER_SECOND = 0.1;
const BURST = 20;
const MOST_CLIENTS = 10_000;

interface Log {
  warn(fields: object, message: string): void;
}

interface Client {
  /** Wrong tokens that are not forgiven yet, at the time `at` in milliseconds. */
  wrong: number;
  at: number;
  loggedAt: number;
}

export class TokenGuard {
  readonly #addresses: ClientAddresses;
  readonly #log: Log;
  readonly #now: () => number;
  readonly #clients = new RecentMap<string, Client>(MOST_CLIENTS);
  /** A request is checked at several places, and counts once. */
  readonly #seen = new WeakSet<IncomingMessage>();
  #wrong = 0;

  constructor(addresses: ClientAddresses, log: Log, now: () => number) {
    this.#addresses = addresses;
    this.#log = log;
    this.#now = now;
  }

  /** Wrong tokens since the start. */
  get wrong(): number {
    return this.#wrong;
  }

  /** To be called before a token is compared. @throws HitError `rate_limited` */
  check(request: IncomingMessage): void {
    if (this.#seen.has(request)) return;
    const network = this.#addresses.networkOf(request);
    const client = this.#clients.get(network);
    if (!client) return;
    const wrong = this.#remaining(client);
    // Those who can connect directly on this machine are exempt, as from limits of hits.
    if (wrong < BURST || this.#addresses.isLoopback(request)) return;
    const retryAfter = Math.ceil((wrong - BURST + 1) / PER_SECOND);
    throw new HitError('rate_limited', 'too many wrong tokens from this address: try again later', {
      retryAfter,
    });
  }

  /** Notes that a request had a wrong token. */
  fail(request: IncomingMessage): void {
    if (this.#seen.has(request)) return;
    this.#seen.add(request);
    this.#wrong++;
    const network = this.#addresses.networkOf(request);
    const now = this.#now();
    const known = this.#clients.get(network);
    const client = known ?? { wrong: 0, at: now, loggedAt: Number.NEGATIVE_INFINITY };
    client.wrong = this.#remaining(client) + 1;
    client.at = now;
    if (now - client.loggedAt >= MINUTE) {
      client.loggedAt = now;
      this.#log.warn({ client: network }, 'a wrong token');
    }
    this.#clients.set(network, client);
  }

  #remaining({ wrong, at }: Client): number {
    return Math.max(0, wrong - ((this.#now() - at) / 1000) * PER_SECOND);
  }
}
