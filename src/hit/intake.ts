import { Memo } from '../cache/memo.ts';
import { clickIdOf } from '../source/click-id.ts';
import { isLoopback, type TrustedProxies } from './address.ts';
import { type Agent, agentOf } from './agent.ts';
import type { ClientNetworks } from './client-network.ts';
import { isPrefetch } from './counting-rule.ts';
import type { Dropped } from './drop-reason.ts';
import { withoutEmails } from './email.ts';
import { ENGAGEMENT, type Hit, isSignal, LIMITS, PAGE_VIEW } from './hit.ts';
import type { KeyFingerprints } from './key-fingerprints.ts';
import type { NewVisitors } from './new-visitors.ts';
import type { Places } from './place.ts';
import type { RateLimit } from './rate-limit.ts';
import { requestName } from './request-class.ts';
import type { RequestContext } from './request-context.ts';
import type { SiteReason, Sites } from './site.ts';
import { siteName } from './site-name.ts';
import { CLAIMING_NETWORKS } from './site-probation.ts';
import { campaignOf, languageOf, referrerOf } from './source.ts';
import { cleaned, isUnclean, normalized } from './text.ts';
import { timeFault } from './time.ts';
import type { VisitorId } from './visitor.ts';
import { Visitors, type VisitorsOptions } from './visitors.ts';

export interface Accepted {
  readonly hit: Hit;
  /** `Set-Cookie` header for a visitor without a cookie. */
  readonly cookie: string | undefined;
}

export interface IntakeOptions extends VisitorsOptions {
  readonly sites: Pick<Sites, 'nameOf' | 'admit'>;
  readonly proxies: TrustedProxies;
  /** What counts as one client, for limits and for visitors without a cookie. */
  readonly networks: ClientNetworks;
  readonly limit: Pick<RateLimit, 'tryConsume'>;
  /** Bounds new visitors of a client. Default: no bound. */
  readonly newVisitors?: Pick<NewVisitors, 'admit'> | undefined;
  readonly places: Places;
}

const hostnames = new Memo({ most: 10_000, longest: LIMITS.site + 10 }, siteName);

/**
 * Turns request facts into a hit, in steps that read from top to bottom: time, size, purpose, site name, client address, rate
 * limit, place of the site, agent, visitor, new visitors, source. Any step may drop the request with a reason.
 *
 * @example
 * const outcome = intake.receive({ ...EMPTY_CONTEXT, kind: 'beacon', time: Date.now(), host: 'example.com', path: '/a' });
 * if ('hit' in outcome) recorder.record(outcome.hit, done);
 */
export class Intake {
  readonly proxies: TrustedProxies;
  readonly networks: ClientNetworks;
  readonly #options: IntakeOptions;
  readonly #visitors: Visitors;

  constructor(options: IntakeOptions) {
    this.#options = options;
    this.proxies = options.proxies;
    this.networks = options.networks;
    this.#visitors = new Visitors(options);
  }

  receive(context: RequestContext): Accepted | Dropped {
    const now = this.#options.now();
    const unfit =
      timeProblem(context, now) ??
      sizeProblem(context) ??
      textProblem(context) ??
      nameProblem(context) ??
      this.#visitors.problemOf(context);
    if (unfit) return unfit;
    const facts = context.time <= now ? context : { ...context, time: now };
    // Of a program's requests, its counting rule has decided that.
    if (facts.kind !== 'request' && isPrefetch(facts.purpose))
      return { reason: 'prefetch', detail: 'a prefetch is not a visit' };

    const named = this.#options.sites.nameOf(facts.site === '' ? facts.host : facts.site);
    if ('reason' in named) {
      return siteProblem(named.reason, facts.site === '' ? facts.host : facts.site);
    }
    const { site } = named;

    const client = this.proxies.clientOf(facts.peer, facts.forwarded);
    const network = this.networks.of(client);
    const wait = this.#limit(facts, client, network);
    if (wait > 0) return overLimit(network, wait);
    // A hit that is refused takes no place. Only one of a client with very many visitors may be refused later.
    if (!this.#options.sites.admit(site, facts.kind === 'server' ? '' : network)) {
      return siteProblem('too_many_sites', site);
    }

    const agent = agentOf(facts.userAgent);
    const { visitor, isKnown, takesCookie } = this.#visitors.identify(facts, site, network, agent);
    const hit = this.#hit(facts, site, client, visitor, agent);
    // A bot is not a visitor.
    if (!isKnown && hit.bot === '') {
      const until = this.#tooManyVisitors(facts, client, network, visitor);
      if (until > 0) return overVisitors(network, until);
    }
    // A bot is not counted, so it need not be known again.
    const needsCookie = takesCookie && !isKnown && hit.bot === '';
    return { hit, cookie: needsCookie ? this.#visitors.cookieOf(site, visitor, facts.secure) : undefined };
  }

  keyFingerprints(): KeyFingerprints {
    return this.#visitors.fingerprints();
  }

  #limit(facts: RequestContext, client: string, network: string): number {
    if (isExempt(facts, client)) return 0;
    return this.#options.limit.tryConsume(network, this.#options.now());
  }

  /** @returns seconds until the visitor may count, or 0 */
  #tooManyVisitors(facts: RequestContext, client: string, network: string, visitor: VisitorId): number {
    const { newVisitors, now } = this.#options;
    return newVisitors && !isExempt(facts, client) ? newVisitors.admit(network, visitor, now()) : 0;
  }

  #hit(facts: RequestContext, site: string, client: string, visitor: VisitorId, agent: Agent): Hit {
    const query = facts.path.indexOf('?');
    const search = query < 0 ? '' : withoutFragment(facts.path.slice(query + 1));
    const path = pathOf(facts, query);
    const campaign = campaignOf(search);
    const referrer = referrerOf(facts.referrer);
    const internal = referrer.host !== '' && isSameSite(site, referrer.host);
    const { country, region, city } = this.#options.places.of(client);
    return {
      site,
      time: Math.max(0, facts.time),
      visitorHigh: visitor.high,
      visitorLow: visitor.low,
      bot: botOf(facts, agent),
      path,
      name: nameOf(facts, path, search),
      source: campaign.source === '' ? (internal ? '' : referrer.host) : campaign.source,
      referrer: internal ? '' : referrer.url,
      utmSource: campaign.source,
      utmMedium: campaign.medium,
      utmCampaign: campaign.campaign,
      country,
      browser: agent.browser,
      os: agent.os,
      device: agent.device,
      language: languageOf(facts.language),
      status: facts.status,
      method: facts.method,
      title: facts.title === '' ? '' : normalized(facts.title, LIMITS.title),
      props: facts.props,
      hostname: facts.hostname === site ? site : hostnames.of(facts.hostname),
      utmTerm: campaign.term,
      utmContent: campaign.content,
      clickId: clickIdOf(search),
      region,
      city,
      browserVersion: agent.browserVersion,
      osVersion: agent.osVersion,
      screen: facts.screen,
      value: facts.value,
      currency: facts.currency,
      interactive: facts.interactive,
      engaged: facts.engaged,
      scroll: facts.scroll,
      bytes: facts.bytes,
      responseTime: facts.responseTime,
    };
  }
}

/** A live hit always has the current time; only a supplied time must be checked. */
function timeProblem({ kind, time }: RequestContext, now: number): Dropped | undefined {
  if (kind !== 'server' && kind !== 'log') return undefined;
  const fault = timeFault(time, now);
  return fault === undefined ? undefined : { reason: 'invalid', detail: fault };
}

function sizeProblem(facts: RequestContext): Dropped | undefined {
  // Every log line that can be parsed is counted: long fields are cut, not refused.
  if (facts.kind === 'log') return undefined;
  if (facts.path.length > LIMITS.path) return tooLarge('path', facts.path.length, LIMITS.path);
  if (facts.name.length > LIMITS.name) return tooLarge('name', facts.name.length, LIMITS.name);
  if (facts.props.length > LIMITS.props) return tooLarge('props', facts.props.length, LIMITS.props);
  return undefined;
}

function tooLarge(field: string, length: number, limit: number): Dropped {
  return { reason: 'too_large', detail: `${field} has ${length} characters; at most ${limit} are allowed` };
}

function textProblem(facts: RequestContext): Dropped | undefined {
  if (facts.kind === 'log') return undefined;
  const unclean = isUnclean(facts.path)
    ? 'path'
    : isUnclean(facts.name)
      ? 'name'
      : facts.props !== '' && isUnclean(facts.props)
        ? 'props'
        : '';
  if (unclean === '') return undefined;
  return {
    reason: 'invalid',
    detail: `${unclean} contains a control character, another hidden one, or a lone surrogate`,
  };
}

/** An event with the name of signals would be mistaken for a signal. */
function nameProblem(facts: RequestContext): Dropped | undefined {
  if (facts.name !== ENGAGEMENT || isSignal(facts)) return undefined;
  return {
    reason: 'invalid',
    detail: `the name "${ENGAGEMENT}" is reserved for signals with engaged (milliseconds) or scroll (per cent): use another name`,
  };
}

/** @param wait seconds after which the client may send again */
export function overLimit(client: string, wait: number): Dropped {
  return { reason: 'rate_limited', detail: `too many hits from ${client}`, retryAfter: wait };
}

/** @param wait seconds until the end of the day */
function overVisitors(client: string, wait: number): Dropped {
  return {
    reason: 'too_many_visitors',
    detail: `too many new visitors from ${client} today: see --max-new-visitors`,
    retryAfter: wait,
  };
}

/** Trusted senders, and clients on this machine that connect directly. */
function isExempt({ kind, forwarded }: RequestContext, client: string): boolean {
  return kind === 'server' || kind === 'log' || (forwarded === '' && isLoopback(client));
}

/** @param reason why `Sites` does not admit this text */
export function siteProblem(reason: SiteReason, text: string): Dropped {
  const name = text.slice(0, LIMITS.site).toWellFormed();
  const details: Readonly<Record<SiteReason, string>> = {
    invalid: name === '' ? 'no site is given' : `"${name}" is not a host name`,
    site_not_allowed: `site "${name}" is not in --sites`,
    too_many_sites: `site "${name}" is new, and the limit of --max-sites is reached: it will be counted after visits from ${CLAIMING_NETWORKS} networks, or a hit sent with a token, unless all places are claimed; define a goal for it to count it now, or raise --max-sites`,
  };
  return { reason, detail: details[reason] };
}

/**
 * The plain counter counts every request. A browser always sends its agent; a trusted sender or a log format may omit
 * it, so a missing agent means nothing there.
 */
function botOf(facts: RequestContext, agent: Agent): string {
  if (facts.kind === 'plain') return '';
  const mayOmitAgent = facts.kind === 'server' || facts.kind === 'log';
  return facts.userAgent === '' && mayOmitAgent ? '' : agent.bot;
}

function nameOf({ kind, name, method, status }: RequestContext, path: string, query: string): string {
  if (name !== '') return name;
  const isRequest = kind === 'log' || kind === 'request';
  return isRequest ? requestName({ path, query, method, status }) : PAGE_VIEW;
}

function pathOf(facts: RequestContext, query: number): string {
  // Before it is cut, as a part of an address would be left.
  let path = withoutEmails(withoutFragment(query < 0 ? facts.path : facts.path.slice(0, query)));
  if (facts.kind !== 'log' && path.charCodeAt(0) !== 47) path = `/${path}`;
  // Also of a request, since `[email]` is longer than the shortest addresses.
  if (path.length > LIMITS.path) path = path.slice(0, LIMITS.path).toWellFormed();
  return facts.kind === 'log' ? cleaned(path) : path;
}

function withoutFragment(text: string): string {
  const hash = text.indexOf('#');
  return hash < 0 ? text : text.slice(0, hash);
}

function isSameSite(site: string, host: string): boolean {
  return site === host || (site.startsWith('www.') && site.slice(4) === host);
}
