import { DAY } from '../timing/units.ts';
import type { Agent } from './agent.ts';
import { DerivedVisitors } from './derived-visitor.ts';
import type { Dropped } from './drop-reason.ts';
import { KeyedHash } from './hash.ts';
import { fingerprintOf, type KeyFingerprints } from './key-fingerprints.ts';
import { MidnightVisits } from './midnight-visits.ts';
import type { RequestContext } from './request-context.ts';
import type { DailySalts } from './salts.ts';
import { siteName } from './site-name.ts';
import { VisitorCookie, type VisitorId } from './visitor.ts';

/** Why something is refused, and what to do. */
export const NO_IMPORT_SALT =
  'this data folder was restored from a backup, which has no import salt: start once with --secrets and the secrets.json of the original folder, or, if it is lost, see "hit-tracker secrets --help"';

export interface VisitorsOptions {
  readonly salts: DailySalts;
  /** Secret key of cookies and of visitors named by a trusted sender: 16 bytes. */
  readonly key: Uint8Array;
  /** Salt of visitors older than the daily salts, as in access logs: 16 bytes, never changed. Without it, they are refused. */
  readonly importSalt: Uint8Array | undefined;
  readonly identity: 'cookie' | 'cookieless';
  /** Visits over midnight, if threads share them. Default: a private table. */
  readonly midnight?: MidnightVisits;
  readonly now: () => number;
}

interface Identified {
  readonly visitor: VisitorId;
  /** Whether a cookie of ours names the visitor. */
  readonly isKnown: boolean;
  /** Whether the visitor may get one. */
  readonly takesCookie: boolean;
}

/** Who the visitor of a request is: by a cookie, by the name that a trusted sender gives, or derived. */
export class Visitors {
  readonly #options: VisitorsOptions;
  readonly #cookies: VisitorCookie;
  readonly #named: KeyedHash;
  readonly #imported: KeyedHash | undefined;
  readonly #derived: DerivedVisitors;

  constructor(options: VisitorsOptions) {
    this.#options = options;
    this.#cookies = new VisitorCookie(options.key);
    this.#named = new KeyedHash(options.key);
    this.#imported = options.importSalt && new KeyedHash(options.importSalt);
    const { salts, midnight = new MidnightVisits(), now } = options;
    this.#derived = new DerivedVisitors({ salts, imported: this.#imported, midnight, now });
  }

  /** Why the visitor cannot be identified. Another salt would make other visitors of those that earlier hits counted. */
  problemOf({ kind, visitor, time }: RequestContext): Dropped | undefined {
    if (this.#imported || visitor !== '' || (kind !== 'server' && kind !== 'log')) return undefined;
    if (kind === 'server' && this.#options.salts.hashFor(time)) return undefined;
    return {
      reason: 'invalid',
      detail: `visitors of old hits cannot be identified, since ${NO_IMPORT_SALT}`,
    };
  }

  /** @param network of the client. The request has passed `problemOf` */
  identify(facts: RequestContext, site: string, network: string, agent: Agent): Identified {
    const takesCookie = this.#takesCookie(facts, site);
    const known = takesCookie && facts.cookie !== '' ? this.#cookies.read(site, facts.cookie) : undefined;
    const visitor = known ?? this.#idOf(facts, site, network, agent);
    return { visitor, isKnown: known !== undefined, takesCookie };
  }

  /** The `Set-Cookie` header that identifies a visitor. */
  cookieOf(site: string, visitor: VisitorId, secure: boolean): string {
    return this.#cookies.write(site, visitor, secure);
  }

  /** Fingerprints of the secrets in use: the key, the log salt, and the salts of two days. */
  fingerprints(): KeyFingerprints {
    const { now, salts } = this.#options;
    const today = now();
    const fingerprints: Record<string, string> = { key: fingerprintOf(this.#named) };
    if (this.#imported) fingerprints.logs = fingerprintOf(this.#imported);
    for (const time of [today, today - DAY]) {
      const salt = salts.hashFor(time);
      if (salt) fingerprints[new Date(time).toISOString().slice(0, 10)] = fingerprintOf(salt);
    }
    return fingerprints;
  }

  /** Cookies are only set on the site itself: a cookie sent with third-party requests would track people. */
  #takesCookie(facts: RequestContext, site: string): boolean {
    if (this.#options.identity !== 'cookie') return false;
    if (facts.kind !== 'plain' && facts.kind !== 'beacon') return false;
    if (facts.site === '') return true;
    const host = siteName(facts.host);
    return host === site || host.endsWith(`.${site}`);
  }

  #idOf(facts: RequestContext, site: string, network: string, agent: Agent): VisitorId {
    if (facts.visitor !== '') {
      const { high, low } = this.#named.digest(`${site}\n${facts.visitor}`);
      return { high, low };
    }
    if (facts.kind === 'log') {
      // Without the salt, the line was refused.
      const { high, low } = this.#imported!.digestVisitor(site, network, agent.digest);
      return { high, low };
    }
    return this.#derived.idOf(facts.time, facts.kind === 'server', {
      site,
      client: network,
      agent: agent.digest,
    });
  }
}
