/**
 * Salts shared by nodes through Redis: `SET hit:salt:DAY candidate NX EX …`, then `GET`. The first candidate wins, and
 * Redis decides which one is first, so all nodes get the same salt regardless of their clocks. The key expires 48 hours
 * after the start of its day.
 *
 * If Redis lost the key, because it has no persistence or a replica took over, it accepts the next candidate. Nodes
 * propose the salt that they use, so the old salt is restored.
 */

import type { SaltSource } from '../../hit/salt-source.ts';
import type { RedisAddress } from '../../settings/redis-address.ts';
import { inTime } from '../../timing/time-limit.ts';
import { DAY } from '../../timing/units.ts';
import { RedisLink } from './link.ts';

/** Request timeout in milliseconds. */
const TIMEOUT_MS = 3000;

export class RedisSalts implements SaltSource, AsyncDisposable {
  readonly name: string;
  readonly #link: RedisLink;
  readonly #now: () => number;

  constructor(address: RedisAddress, now: () => number) {
    this.name = address.name;
    this.#now = now;
    // Errors are reported by the pending command.
    this.#link = new RedisLink(address, () => undefined);
  }

  async agree(day: string, candidate?: Uint8Array): Promise<Uint8Array | undefined> {
    const key = `hit:salt:${day}`;
    const seconds = Math.ceil((Date.parse(day) + 2 * DAY - this.#now()) / 1000);
    if (candidate && seconds > 0) {
      const text = Buffer.from(candidate).toString('base64');
      await this.#send(key, ['SET', key, text, 'NX', 'EX', String(seconds)]);
    }
    const agreed = await this.#send(key, ['GET', key]);
    return typeof agreed === 'string' ? new Uint8Array(Buffer.from(agreed, 'base64')) : undefined;
  }

  /** Keys expire by themselves. */
  async forget(): Promise<void> {}

  async [Symbol.asyncDispose](): Promise<void> {
    this.#link.close();
  }

  #send(key: string, command: readonly string[]): Promise<unknown> {
    const answer = this.#link.send(key, command);
    // The connection to a hung server does not break by itself.
    return inTime(TIMEOUT_MS, answer, `no answer within ${TIMEOUT_MS / 1000} s`, () => this.#link.reopen());
  }
}
