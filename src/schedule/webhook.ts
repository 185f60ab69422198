/** One attempt to post a message, signed as in Standard Webhooks 1.0 (https://www.standardwebhooks.com). */

import { createHmac } from 'node:crypto';
import { messageOf } from '../errors.ts';
import type { Clock } from './clock.ts';

/** Timeout for the answer in milliseconds: the standard recommends 15 to 30 seconds. */
const TIMEOUT = 15_000;
/** Longest `Retry-After` of a receiver that is respected, in seconds. */
const MAX_RETRY_AFTER = 3600;

/** A message that may be sent several times: receivers recognise it by its id. */
export interface Message {
  /** Letters, digits and `_`. */
  readonly id: string;
  readonly body: string;
}

/** The outcome: delivered; refused for good; or to be retried, not before `after` milliseconds. */
export type Outcome =
  | { readonly result: 'delivered' }
  | { readonly result: 'refused'; readonly reason: string }
  | { readonly result: 'failed'; readonly reason: string; readonly after: number };

export interface WebhookOptions {
  readonly url: string;
  readonly secret: Uint8Array;
  readonly clock: Pick<Clock, 'now'>;
  /** Milliseconds; default 15 seconds. */
  readonly timeout?: number;
}

export class Webhook {
  readonly #options: WebhookOptions;

  constructor(options: WebhookOptions) {
    this.#options = options;
  }

  /**
   * Posts a message once. Redirects are not followed, and only the status of the answer is read. 5xx, 408, 425,
   * 429 and network errors can be retried; any other status but 2xx is a refusal.
   */
  async send({ id, body }: Message, signal: AbortSignal): Promise<Outcome> {
    const { url, secret, clock, timeout = TIMEOUT } = this.#options;
    const timestamp = Math.floor(clock.now() / 1000);
    try {
      const response = await fetch(url, {
        method: 'POST',
        redirect: 'manual',
        headers: {
          'content-type': 'application/json',
          'user-agent': 'hit-tracker',
          'webhook-id': id,
          'webhook-timestamp': String(timestamp),
          'webhook-signature': signatureOf(secret, id, timestamp, body),
        },
        body,
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeout)]),
      });
      await response.body?.cancel().catch(() => undefined);
      return outcomeOf(response);
    } catch (error) {
      return { result: 'failed', reason: reasonOf(error), after: 0 };
    }
  }
}

/** @param timestamp seconds since 1970 */
export function signatureOf(secret: Uint8Array, id: string, timestamp: number, body: string): string {
  const digest = createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64');
  return `v1,${digest}`;
}

function outcomeOf({ ok, status, headers }: Response): Outcome {
  if (ok) return { result: 'delivered' };
  const reason = `the receiver answered ${status}`;
  const isPassing = status >= 500 || status === 408 || status === 425 || status === 429;
  if (!isPassing) return { result: 'refused', reason };
  const retryAfter = Number(headers.get('retry-after') ?? 0);
  return {
    result: 'failed',
    reason,
    after: retryAfter > 0 ? Math.min(retryAfter, MAX_RETRY_AFTER) * 1000 : 0,
  };
}

/** The cause of a `fetch` error describes the failure; neither shows the URL, which may be a secret. */
function reasonOf(error: unknown): string {
  const { cause } = error as { cause?: unknown };
  return messageOf(cause ?? error) || 'the network failed';
}
