import { HitError } from '../errors.ts';
import type { CountingOptions } from '../hit/counting-rule.ts';
import type { Hit } from '../hit/hit.ts';
import type { Intake } from '../hit/intake.ts';
import { contextOf, type TrackInput } from './input.ts';
import { RequestFilter, type Uncounted } from './request-filter.ts';

/** Turns what a program tracks into hits to store. Bots are stored, too, with their names, and not counted. */
export class TrackedHits {
  readonly #intake: Intake;
  readonly #filter: RequestFilter;

  /** @throws HitError see `CountingRule` */
  constructor(intake: Intake, count: CountingOptions | undefined) {
    this.#intake = intake;
    this.#filter = new RequestFilter(count, intake.proxies);
  }

  get uncounted(): Uncounted {
    return this.#filter.uncounted;
  }

  /**
   * @param time milliseconds since 1970
   * @returns undefined if nothing is to be stored
   * @throws HitError `invalid` if the input is not a hit
   */
  hitOf(input: TrackInput, time: number): Hit | undefined {
    const facts = contextOf(input, time);
    const refusal = this.#filter.refusalOf(facts);
    if (refusal !== undefined && refusal !== 'bot') return undefined;
    const outcome = this.#intake.receive(facts);
    if ('reason' in outcome) throw new HitError('invalid', `${outcome.reason}: ${outcome.detail}`);
    const { hit } = outcome;
    // The rule decides what counts: a bot that counts is stored like a person.
    return refusal === undefined && hit.bot !== '' ? { ...hit, bot: '' } : hit;
  }
}
