import assert from 'node:assert/strict';
import { DAY } from '../timing/units.ts';
import type { Digest, KeyedHash } from './hash.ts';
import { type MidnightVisits, VISIT_TIMEOUT } from './midnight-visits.ts';
import type { DailySalts } from './salts.ts';
import type { VisitorId } from './visitor.ts';

/** What a visitor is derived from. */
export interface Traits {
  readonly site: string;
  readonly client: string;
  readonly agent: Digest;
}

export interface DerivedVisitorsOptions {
  readonly salts: DailySalts;
  /** For hits older than the daily salts. Undefined if the intake refuses them. */
  readonly imported: KeyedHash | undefined;
  readonly midnight: MidnightVisits;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * Derives ids for visitors without a cookie or a given name: from site, address and user agent, under the salt of the UTC
 * day. A visit that continues over midnight keeps the id of the day before until 30 minutes pass without a hit, or that
 * day's salt is destroyed at the next midnight.
 *
 * Only the hit's own time matters, so a late hit from a trusted sender gets the id that it would have got on time. This
 * holds out of order too: a hit from before midnight that arrives after one from after midnight takes the latter's id,
 * unless its own id was already seen. Two limits: a late hit within a gap does not join the visits that were already named
 * separately before and after it; and browser hits after midnight are not recorded for this, since they never come late.
 */
export class DerivedVisitors {
  readonly #options: DerivedVisitorsOptions;

  constructor(options: DerivedVisitorsOptions) {
    this.#options = options;
  }

  /**
   * @param time milliseconds since 1970; a future time counts as now
   * @param isTrustedTime whether a trusted sender reported the hit, possibly late
   */
  idOf(time: number, isTrustedTime: boolean, traits: Traits): VisitorId {
    const { salts, imported, midnight, now } = this.#options;
    const hash = salts.hashFor(time) ?? imported;
    assert.ok(hash);
    const own = idWithSalt(hash, traits);
    const at = isTrustedTime ? Math.min(time, now()) : time;
    return midnight.isNear(at) ? this.#idAcrossMidnight(at, isTrustedTime, traits, own) : own;
  }

  #idAcrossMidnight(at: number, isTrustedTime: boolean, traits: Traits, own: VisitorId): VisitorId {
    const { salts, midnight } = this.#options;
    const day = Math.floor(at / DAY);
    // Older hits do not belong in the table: their day's salt no longer names anyone.
    if (!salts.hashOf(day)) return own;
    const before = this.#continuesFrom(salts.hashOf(day - 1), at, traits);
    if (before) {
      midnight.goesOn(at);
      return before;
    }
    const sinceMidnight = at - day * DAY;
    const isEvening = sinceMidnight >= DAY - VISIT_TIMEOUT;
    // It may have arrived after the visit's first hit of the next day.
    if (isEvening && isTrustedTime && !midnight.seenTimesOf(own)) {
      const after = this.#continuesFrom(salts.hashOf(day + 1), at, traits);
      if (after) return after;
    }
    if (isEvening || (isTrustedTime && sinceMidnight < VISIT_TIMEOUT)) midnight.record(own, at);
    return own;
  }

  /** The id under another day's salt, if it was seen close enough in time to be the same visit. */
  #continuesFrom(hash: KeyedHash | undefined, at: number, traits: Traits): VisitorId | undefined {
    if (!hash) return undefined;
    const { midnight } = this.#options;
    const id = idWithSalt(hash, traits);
    const seen = midnight.seenTimesOf(id);
    if (!seen || at - seen.last >= VISIT_TIMEOUT || seen.first - at >= VISIT_TIMEOUT) return undefined;
    midnight.record(id, at);
    return id;
  }
}

function idWithSalt(hash: KeyedHash, { site, client, agent }: Traits): VisitorId {
  const { high, low } = hash.digestVisitor(site, client, agent);
  return { high, low };
}
