import type { Digest, KeyedHash } from './hash.ts';
import { type MidnightVisits, VISIT_TIMEOUT } from './midnight-visits.ts';
import { DAY, type DailySalts } from './salts.ts';
import type { VisitorId } from './visitor.ts';

/** What a visitor is derived from. */
export interface Traits {
  readonly site: string;
  readonly client: string;
  readonly agent: Digest;
}

export interface DerivedVisitorsOptions {
  readonly salts: DailySalts;
  /** For hits that are older than the daily salts. */
  readonly imported: KeyedHash;
  readonly midnight: MidnightVisits;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * Names visitors that nobody else names: by site, address and user agent, under the salt of the UTC day. A visitor who
 * goes on over midnight keeps the id of the day before, for as long as no silence of 30 minutes comes and that day's salt
 * is kept, which is until the next midnight.
 *
 * All is decided by the hit's own time, so hits that a trusted sender tells late are named as if they had come in time. In
 * the wrong order too: a hit of before midnight that is told after one of after midnight takes the id of that one, unless
 * its own was seen already. Two limits: a late hit in the midst of a silence does not join what was named apart before and
 * after it; and of hits from browsers after midnight none is noted for this, since nothing comes late from them.
 */
export class DerivedVisitors {
  readonly #options: DerivedVisitorsOptions;

  constructor(options: DerivedVisitorsOptions) {
    this.#options = options;
  }

  /**
   * @param time milliseconds since 1970; the future is now
   * @param isTold whether a trusted sender told the hit, maybe late
   */
  idOf(time: number, isTold: boolean, traits: Traits): VisitorId {
    const { salts, imported, midnight, now } = this.#options;
    const own = idUnder(salts.hashFor(time) ?? imported, traits);
    const at = isTold ? Math.min(time, now()) : time;
    return midnight.isNear(at) ? this.#overMidnight(at, isTold, traits, own) : own;
  }

  #overMidnight(at: number, isTold: boolean, traits: Traits, own: VisitorId): VisitorId {
    const { salts, midnight } = this.#options;
    const day = Math.floor(at / DAY);
    // What is older has no place in the table: nothing can be named by its salt any more.
    if (!salts.hashOf(day)) return own;
    const before = this.#goesOnFrom(salts.hashOf(day - 1), at, traits);
    if (before) {
      midnight.goesOn(at);
      return before;
    }
    const sinceMidnight = at - day * DAY;
    const isEvening = sinceMidnight >= DAY - VISIT_TIMEOUT;
    // Told after the first of the next day was.
    if (isEvening && isTold && !midnight.sightOf(own)) {
      const after = this.#goesOnFrom(salts.hashOf(day + 1), at, traits);
      if (after) return after;
    }
    if (isEvening || (isTold && sinceMidnight < VISIT_TIMEOUT)) midnight.see(own, at);
    return own;
  }

  /** The id under another day's salt, if it was seen so shortly before or after that it is one visit. */
  #goesOnFrom(hash: KeyedHash | undefined, at: number, traits: Traits): VisitorId | undefined {
    if (!hash) return undefined;
    const { midnight } = this.#options;
    const id = idUnder(hash, traits);
    const seen = midnight.sightOf(id);
    if (!seen || at - seen.last >= VISIT_TIMEOUT || seen.first - at >= VISIT_TIMEOUT) return undefined;
    midnight.see(id, at);
    return id;
  }
}

function idUnder(hash: KeyedHash, { site, client, agent }: Traits): VisitorId {
  const { high, low } = hash.digestVisitor(site, client, agent);
  return { high, low };
}
