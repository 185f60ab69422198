import { HitError } from '../../errors.ts';
import { DROP_RULES, type Dropped, isQuiet, type QuietReason } from '../../hit/drop-reason.ts';
import type { Seen } from '../../live/live.ts';
import type { HitSender } from '../../trackers/hit-pipeline.ts';
import type { CollectContext } from '../context.ts';
import type { RawResponse } from './raw-response.ts';
import { factsOfRequest, type Report } from './request-facts.ts';

/**
 * Answers a hit that was taken, or one whose drop is not an error.
 *
 * @param seen what the live state knows about the hit; undefined for a dropped one, or without live state
 * @param dropped why the hit is not counted
 */
export type Answer = (response: RawResponse, seen: Seen | undefined, dropped?: QuietReason) => void;

/** Sends a report through the pipeline of hits, and answers when it is durable. */
export function collect(
  context: CollectContext,
  response: RawResponse,
  report: Report,
  answer: Answer,
): void {
  const { request } = response;
  const { clients } = context;
  const forwarded =
    clients.forwardedOf(request.headers) || (report.kind === 'plain' ? clients.labelOf(request) : '');
  const facts = factsOfRequest(request, report, forwarded, context.now());
  context.pipeline.take(facts, new Reporter(response, answer));
}

/** A page or program that waits for an answer. */
class Reporter implements HitSender {
  readonly #response: RawResponse;
  readonly #answer: Answer;

  constructor(response: RawResponse, answer: Answer) {
    this.#response = response;
    this.#answer = answer;
  }

  accept(seen: Seen | undefined, cookie: string | undefined): void {
    if (cookie) this.#response.header('set-cookie', cookie);
    this.#answer(this.#response, seen);
  }

  drop({ reason, detail, retryAfter }: Dropped): void {
    this.#response.header('x-hit-dropped', reason);
    if (isQuiet(reason)) this.#answer(this.#response, undefined, reason);
    else
      this.#response.fail(
        new HitError(DROP_RULES[reason].error, detail, retryAfter === undefined ? {} : { retryAfter }),
      );
  }
}
