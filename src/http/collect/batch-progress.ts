import type { FastifyReply } from 'fastify';
import { HitError } from '../../errors.ts';
import { DROP_REASONS, type Dropped, type DropReason, isQuiet } from '../../hit/drop-reason.ts';
import { isSignal } from '../../hit/hit.ts';
import type { RequestContext } from '../../hit/request-context.ts';
import { siteName } from '../../hit/site-name.ts';
import {
  COUNT,
  choice,
  described,
  list,
  object,
  partialRecord,
  type Static,
  TEXT,
} from '../../schema/schema.ts';
import type { HitSender } from '../../trackers/hit-pipeline.ts';
import { notPermitted } from '../bound-tokens.ts';
import type { CollectContext } from '../context.ts';
import { sendProblem } from '../problem.ts';

/** Most errors that are listed; further errors are only counted. */
const MOST_ERRORS = 20;
/** Hits of a batch that are not durable yet, beyond which the next wait. */
const MOST_OPEN = 10_000;

const FORBIDDEN = described(choice(['forbidden']), 'present if the token is bound to other sites');
/** The answer to a batch. */
export const BATCH = object({
  accepted: COUNT,
  dropped: partialRecord(DROP_REASONS, COUNT),
  errors: list(object({ index: COUNT, error: TEXT }, { code: FORBIDDEN })),
});
type BatchError = Static<typeof BATCH>['errors'][number];

/** One batch in progress: it ends when each of its hits is durable or has failed. */
export class Batch {
  readonly #context: CollectContext;
  readonly #boundTo: readonly string[] | undefined;
  readonly #dropped: Partial<Record<DropReason, number>> = {};
  readonly #errors: BatchError[] = [];
  #accepted = 0;
  /** Hits that are not settled yet. */
  #open = 0;
  /** Waits until fewer hits are open than this. */
  #waiter: { readonly below: number; readonly resolve: () => void } | undefined;
  /** Why the rest of the batch is refused. */
  #fault: HitError | undefined;

  /** @param boundTo the only sites whose hits are accepted; undefined for any */
  constructor(context: CollectContext, boundTo: readonly string[] | undefined) {
    this.#context = context;
    this.#boundTo = boundTo;
  }

  /** Whether the rest of the batch is refused. */
  get isRefused(): boolean {
    return this.#fault !== undefined;
  }

  /** Whether further errors are only counted. */
  get isErrorListFull(): boolean {
    return this.#errors.length === MOST_ERRORS;
  }

  /** Whether so many hits are open that the next should wait. */
  get isFull(): boolean {
    return this.#open >= MOST_OPEN;
  }

  /** Resolves when the batch is not full. */
  room(): Promise<void> {
    return this.#waitBelow(MOST_OPEN);
  }

  /** @param facts of a hit, or the error of an item that is none */
  add(index: number, facts: RequestContext | HitError): void {
    if (facts instanceof HitError) {
      const reason = facts.code === 'too_large' ? 'too_large' : 'invalid';
      this.#context.drops.count(reason);
      this.#note({ reason, detail: facts.message }, index);
      return;
    }
    const fault = this.#boundTo && siteFault(this.#boundTo, facts.site);
    if (fault) {
      if (!isSignal(facts)) this.#context.drops.count('site_not_allowed');
      this.#note({ reason: 'site_not_allowed', detail: fault.message }, index, { code: 'forbidden' });
      return;
    }
    this.#open++;
    this.#context.pipeline.take(facts, new Sender(this, index));
  }

  /** A hit that was added is durable. */
  accepted(): void {
    this.#accepted++;
    this.#close();
  }

  /** A hit that was added is not counted. */
  dropped(dropped: Dropped, index: number): void {
    this.#note(dropped, index);
    this.#close();
  }

  /** Counts an item that is not a hit, whose error is not listed. */
  refuse(): void {
    this.#context.drops.count('invalid');
    this.#dropped.invalid = (this.#dropped.invalid ?? 0) + 1;
  }

  /** Answers when all hits are settled. */
  async answer(reply: FastifyReply): Promise<FastifyReply> {
    await this.#waitBelow(1);
    // Some hits of the batch may be stored: the sender learns how many, and must not send those again.
    if (this.#fault && this.#accepted === 0) return sendProblem(reply, this.#fault);
    const failed = this.#fault && { failed: this.#fault.message };
    if (this.#fault?.retryAfter !== undefined) reply.header('retry-after', this.#fault.retryAfter);
    return reply
      .code(this.#fault ? 503 : 202)
      .send({ accepted: this.#accepted, dropped: this.#dropped, errors: this.#errors, ...failed });
  }

  async #waitBelow(below: number): Promise<void> {
    if (this.#open < below) return;
    await new Promise<void>((resolve) => {
      this.#waiter = { below, resolve };
    });
  }

  #close(): void {
    this.#open--;
    if (!this.#waiter || this.#open >= this.#waiter.below) return;
    this.#waiter.resolve();
    this.#waiter = undefined;
  }

  #note({ reason, detail, retryAfter }: Dropped, index: number, more?: Pick<BatchError, 'code'>): void {
    if (reason === 'spool_full' || reason === 'spool_failed') {
      this.#fault = new HitError(reason, detail, retryAfter === undefined ? {} : { retryAfter });
      return;
    }
    this.#dropped[reason] = (this.#dropped[reason] ?? 0) + 1;
    if (!isQuiet(reason) && this.#errors.length < MOST_ERRORS)
      this.#errors.push({ index, error: detail, ...more });
  }
}

/** The sender of one hit of a batch. */
class Sender implements HitSender {
  readonly #batch: Batch;
  readonly #index: number;

  constructor(batch: Batch, index: number) {
    this.#batch = batch;
    this.#index = index;
  }

  accept(): void {
    this.#batch.accepted();
  }

  drop(dropped: Dropped): void {
    this.#batch.dropped(dropped, this.#index);
  }
}

/** The error of a hit whose site the sender's token does not permit. Malformed host names are rejected later, as for any sender. */
function siteFault(boundTo: readonly string[], text: string): HitError | undefined {
  const site = siteName(text);
  return site === '' || boundTo.includes(site) ? undefined : notPermitted(boundTo, [site]);
}
