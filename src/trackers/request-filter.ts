import type { TrustedProxies } from '../hit/address.ts';
import {
  type CountedFacts,
  type CountingOptions,
  CountingRule,
  UNCOUNTED_REASONS,
  type UncountedReason,
} from '../hit/counting-rule.ts';

/** Tracked requests that did not count, by reason. */
export type Uncounted = Readonly<Record<UncountedReason, number>>;

/** Applies the rule for a tracker, and counts what it leaves out: nothing disappears silently. */
export class RequestFilter {
  readonly #rule: CountingRule;
  readonly #proxies: TrustedProxies;
  readonly #uncounted = Object.fromEntries(UNCOUNTED_REASONS.map((reason) => [reason, 0])) as Record<
    UncountedReason,
    number
  >;

  /** @throws HitError see `CountingRule` */
  constructor(options: CountingOptions | undefined, proxies: TrustedProxies) {
    this.#rule = new CountingRule(options);
    this.#proxies = proxies;
  }

  /** @returns why a hit does not count, which is counted itself; undefined if the hit counts */
  refusalOf(facts: CountedFacts): UncountedReason | undefined {
    const reason = this.#rule.refusalOf(facts, this.#proxies);
    if (reason !== undefined) this.#uncounted[reason]++;
    return reason;
  }

  get uncounted(): Uncounted {
    return { ...this.#uncounted };
  }
}
