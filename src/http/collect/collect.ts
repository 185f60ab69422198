import { HitError } from '../../errors.ts';
import type { DropReason } from '../../hit/hit.ts';
import type { Dropped } from '../../hit/intake.ts';
import type { Seen } from '../../live/live.ts';
import type { CollectContext } from '../context.ts';
import type { RawResponse } from './raw-response.ts';
import { factsOfRequest, type Report } from './request-facts.ts';

/** The error for each drop reason. Bots and prefetches are answered as a success. */
const REFUSALS = {
  invalid: 'invalid',
  too_large: 'too_large',
  site_not_allowed: 'invalid',
  too_many_sites: 'invalid',
  rate_limited: 'rate_limited',
  spool_full: 'spool_full',
  spool_failed: 'spool_failed',
} as const satisfies Partial<Record<DropReason, string>>;

/**
 * Answers a hit that was taken, or one whose drop is not an error.
 *
 * @param seen what the live state says about the hit; undefined for a bot, a prefetch, or without live state
 * @param dropped why a hit was not taken
 */
export type Answer = (exchange: RawResponse, seen: Seen | undefined, dropped?: DropReason) => void;

/** Takes a report through intake and trackers, and answers when it is durable. */
export function collect(
  context: CollectContext,
  exchange: RawResponse,
  report: Report,
  answer: Answer,
): void {
  const outcome = context.intake.receive(factsOfRequest(exchange.request, report, context.now()));
  if ('reason' in outcome) {
    drop(context, exchange, outcome, answer);
    return;
  }
  const { hit, cookie } = outcome;
  if (hit.bot !== '') {
    context.drops.count('bot');
    exchange.header('x-hit-dropped', 'bot');
  }
  try {
    context.recorder.record(hit, (refusal, seen) => {
      if (refusal) {
        refuse(context, exchange, refusal, answer);
        return;
      }
      if (cookie) exchange.header('set-cookie', cookie);
      answer(exchange, seen);
    });
  } catch (error) {
    if (!(error instanceof HitError)) throw error;
    refuse(context, exchange, error, answer);
  }
}

function drop(
  context: CollectContext,
  exchange: RawResponse,
  { reason, detail, retryAfter }: Dropped,
  answer: Answer,
): void {
  context.drops.count(reason);
  exchange.header('x-hit-dropped', reason);
  if (reason === 'bot' || reason === 'prefetch') {
    answer(exchange, undefined, reason);
    return;
  }
  const options = retryAfter === undefined ? {} : { retryAfter };
  exchange.fail(new HitError(REFUSALS[reason], detail, options));
}

/** The hit is not counted; the sender learns why, and possibly when to retry. */
function refuse(
  context: CollectContext,
  exchange: RawResponse,
  refusal: HitError | Dropped,
  answer: Answer,
): void {
  if ('reason' in refusal) {
    drop(context, exchange, refusal, answer);
    return;
  }
  const reason: DropReason = refusal.code === 'spool_full' ? 'spool_full' : 'spool_failed';
  context.drops.count(reason);
  exchange.header('x-hit-dropped', reason).fail(refusal);
}
