/**
 * Which requests count as hits: one rule for all that a program tracks, whichever tracker counts it.
 *
 * A hit is a request by which a person got something: a page, a feed, a document, an answer of an API. By default these
 * are left out, each by an option of its own:
 *
 * | reason             | what it is                                                           | counted with       |
 * |--------------------|----------------------------------------------------------------------|--------------------|
 * | `invalid`          | no host name, a path over 8,192 characters or with control characters | never              |
 * | `excluded_address` | a client in `excludeAddresses`, such as the program's own developers | (none by default)  |
 * | `prefetch`         | loaded in advance, and perhaps never shown                           | `prefetch: true`   |
 * | `head`, `options`  | methods that deliver nothing: HEAD, OPTIONS                          | `head`, `options`  |
 * | `undelivered`      | answered by a redirect or an error, if the status is known           | `undelivered`      |
 * | `asset`            | what a page loads, by the ending of its path: see `request-class.ts` | `assets: true`     |
 * | `bot`              | a user agent that is a bot's, or none                                | `bots: true`       |
 *
 * A visitor that the program names always counts: it knows better.
 *
 * The collect routes of the server share the parts that fit: a page reports its own view by a request of another kind, so
 * the path, method and status of that request say nothing, but a prefetch and a bot are what they are everywhere.
 *
 * Invariant: the rule depends on the request, its status and the options alone, so trackers with the same options agree.
 */
import { Memo } from '../cache/memo.ts';
import { HitError } from '../errors.ts';
import { unknownName } from '../schema/suggestion.ts';
import type { TrustedProxies } from './address.ts';
import { AddressRanges } from './address-ranges.ts';
import { isBot } from './bot-name.ts';
import { LIMITS } from './hit.ts';
import { isAsset } from './request-class.ts';
import type { RequestContext } from './request-context.ts';
import { siteName } from './site-name.ts';
import { isUnclean } from './text.ts';

/** What counts, besides what always does. */
export interface CountingOptions {
  /** Style sheets, scripts, images, fonts, sound and video, by the ending of the path. Default false. */
  readonly assets?: boolean;
  /** HEAD requests. Default false. */
  readonly head?: boolean;
  /** OPTIONS requests, such as those that browsers send before requests to other origins. Default false. */
  readonly options?: boolean;
  /** Pages that a browser loads in advance. If it shows one later, it does not request it again. Default false. */
  readonly prefetch?: boolean;
  /** Redirects and errors, if the status is known: a middleware knows it. Default false. */
  readonly undelivered?: boolean;
  /** Bots, and programs such as curl, by their user agent. Default false. */
  readonly bots?: boolean;
  /** Clients that never count: `loopback`, `private`, addresses and CIDR ranges, separated by commas. Default `none`. */
  readonly excludeAddresses?: string;
}

/** What the rule reads of a request, and what identifies its visitor. */
export type CountedFacts = Pick<
  RequestContext,
  'visitor' | 'host' | 'path' | 'peer' | 'forwarded' | 'userAgent' | 'purpose' | 'method' | 'status'
>;

/** Why a request does not count. */
export const UNCOUNTED_REASONS = [
  'invalid',
  'excluded_address',
  'prefetch',
  'head',
  'options',
  'undelivered',
  'asset',
  'bot',
] as const;
export type UncountedReason = (typeof UNCOUNTED_REASONS)[number];

const FLAGS = ['assets', 'head', 'options', 'prefetch', 'undelivered', 'bots'] as const;
const OPTIONS: readonly string[] = [...FLAGS, 'excludeAddresses'];

const NOT_MODIFIED = 304;

const validHosts = new Memo({ most: 1000, longest: LIMITS.site + 10 }, (host) => siteName(host) !== '');

/** @example new CountingRule({ bots: true }).refusalOf(facts, proxies); // undefined: it counts */
export class CountingRule {
  readonly #counts: Readonly<Record<(typeof FLAGS)[number], boolean>>;
  readonly #excluded: AddressRanges | undefined;

  /** @throws HitError `invalid` for an unknown option or a value of another type, `bad_setting` for an invalid address */
  constructor(options: CountingOptions = {}) {
    checkOptions(options);
    const { assets = false, head = false, prefetch = false, undelivered = false, bots = false } = options;
    this.#counts = { assets, head, options: options.options ?? false, prefetch, undelivered, bots };
    const { excludeAddresses = 'none' } = options;
    if (excludeAddresses !== 'none')
      this.#excluded = new AddressRanges(excludeAddresses, 'count.excludeAddresses');
  }

  /**
   * @param facts of a request, or of a named visitor
   * @returns why it does not count, by the first reason in the table above; undefined if it counts
   */
  refusalOf(facts: CountedFacts, proxies: TrustedProxies): UncountedReason | undefined {
    if (facts.visitor !== '') return undefined;
    const counts = this.#counts;
    if (!isValid(facts)) return 'invalid';
    if (this.#excluded?.has(proxies.clientOf(facts.peer, facts.forwarded))) return 'excluded_address';
    if (!counts.prefetch && isPrefetch(facts.purpose)) return 'prefetch';
    if (!counts.head && facts.method === 'HEAD') return 'head';
    if (!counts.options && facts.method === 'OPTIONS') return 'options';
    if (!counts.undelivered && !isDelivered(facts.status)) return 'undelivered';
    if (!counts.assets && isAsset(withoutQuery(facts.path))) return 'asset';
    return !counts.bots && isBot(facts.userAgent) ? 'bot' : undefined;
  }
}

/** Whether a page is loaded in advance. @param purpose `Sec-Purpose` or `Purpose` */
export function isPrefetch(purpose: string): boolean {
  return purpose !== '' && /\bprefetch\b|\bprerender\b/.test(purpose);
}

/** Whether the intake could store it. */
function isValid({ path, host }: CountedFacts): boolean {
  return path.length <= LIMITS.path && !isUnclean(path) && validHosts.of(host);
}

/** @param status 0 if unknown */
function isDelivered(status: number): boolean {
  return status === 0 || (status >= 200 && status < 300) || status === NOT_MODIFIED;
}

function withoutQuery(path: string): string {
  const query = path.indexOf('?');
  return query < 0 ? path : path.slice(0, query);
}

/** From JavaScript, anything may come. */
function checkOptions(options: CountingOptions): void {
  if (typeof options !== 'object' || options === null)
    throw new HitError('invalid', 'count must be an object such as { bots: true }');
  for (const name of Object.keys(options))
    if (!OPTIONS.includes(name)) throw unknownName('count', name, OPTIONS);
  for (const name of FLAGS)
    if (options[name] !== undefined && typeof options[name] !== 'boolean')
      throw new HitError('invalid', `count.${name} must be true or false`);
  const { excludeAddresses = '' } = options;
  if (typeof excludeAddresses !== 'string')
    throw new HitError(
      'invalid',
      "count.excludeAddresses must be a string such as '192.0.2.0/24, 2001:db8::/48'",
    );
}
