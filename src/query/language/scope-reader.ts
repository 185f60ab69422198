/**
 * The common members of queries, funnels, journeys and retention in JSON: sites, period, time zone, bots and filters.
 */
import { HitError } from '../../errors.ts';
import { siteName } from '../../hit/site-name.ts';
import { printable } from '../../schema/printable.ts';
import { leaves, personFilters } from '../engine/condition.ts';
import { BOTS, type Goal, type Query, type Scope, type Span } from '../engine/query.ts';
import { LocalTime } from '../local-time.ts';
import { readTime } from '../params.ts';
import { PERIODS, type PeriodName, presetPeriod } from '../period.ts';
import { readTimeZone } from '../selection.ts';
import { FilterReader } from './filter-reader.ts';
import { readList, readMembers, readOneOf, readText } from './json-values.ts';
import { LIMITS } from './limits.ts';

export const QUERY_PERIODS = [...PERIODS, 'all'] as const;
export const SCOPE_MEMBERS = ['site', 'period', 'timezone', 'bots', 'filters', 'segment'] as const;

/** A scope whose period may depend on the time of the first hit. */
export interface AskedScope extends Omit<Scope, 'from' | 'to'> {
  /** Undefined: from the first hit or visit to now. */
  readonly period: Span | undefined;
}

/** The members of a scope, before the required goals are known. */
interface ReadScope {
  readonly scope: Omit<AskedScope, 'goals' | 'bots'> & { readonly bots: Query['bots'] | undefined };
  /** All goals of the sites. */
  readonly goals: readonly Goal[];
  /** Reads more filters; the limit of conditions applies to these and those of the scope together. */
  readonly filterReader: FilterReader;
}

/**
 * Reads the members of a scope.
 *
 * @param now milliseconds since 1970, to which named periods refer
 * @param goals of all sites
 * @throws HitError `invalid` that names the invalid member, with a suggestion
 */
export function readScope(
  members: Readonly<Record<string, unknown>>,
  now: number,
  goals: readonly Goal[],
): ReadScope {
  if (members.segment !== undefined)
    throw new HitError('invalid', 'stored segments are not available here: set filters instead');
  const sites = readSites(members.site);
  const timezone = readTimeZone(
    members.timezone === undefined ? undefined : readText('timezone', members.timezone),
  );
  const known = goals.filter(({ site }) => sites.length === 0 || sites.includes(site));
  const filterReader = new FilterReader(namesOf(known));
  const filters = filterReader.readAll('filters', members.filters ?? []);
  const bots = members.bots === undefined ? undefined : readOneOf('bots', members.bots, BOTS);
  const period = readPeriod(members.period, now, timezone);
  return { scope: { sites, timezone, bots, filters, period }, goals: known, filterReader };
}

/** The names of goals, each once. */
export function namesOf(goals: readonly Goal[]): readonly string[] {
  return [...new Set(goals.map(({ name }) => name))];
}

/** @throws HitError `invalid` for more goals than one statement can test for */
export function checkGoals(goals: readonly Goal[]): readonly Goal[] {
  if (goals.length <= LIMITS.goals) return goals;
  throw new HitError(
    'invalid',
    `these sites have ${goals.length} goals, ${LIMITS.goals} are allowed: set goal, or use fewer sites`,
  );
}

/**
 * As in rankings: only bots if these are ranked, and bots and people if a filter is about bots, also one within `has_done`: what
 * bots have done is not among the hits of people.
 */
export function usualBots({ dimensions, filters }: Pick<Query, 'dimensions' | 'filters'>): Query['bots'] {
  const isOfBots = (name: string) => name === 'bot' || name.startsWith('bot_');
  if (dimensions.some(isOfBots)) return 'only';
  const all = filters.flatMap((filter) => [filter, ...personFilters(filter)]);
  return all.flatMap(leaves).some(isOfBots) ? 'include' : 'exclude';
}

/** The sites of the member `site`, each once; none: all. @throws HitError `invalid` */
export function readSites(value: unknown): string[] {
  if (value === undefined) return [];
  const list = typeof value === 'string' ? [value] : readList('site', value, LIMITS.sites);
  if (list.length === 0) throw new HitError('invalid', 'site is empty: leave it out for all sites');
  const sites = list.map((each) => {
    const text = readText('site', each);
    const site = siteName(text);
    if (site === '') throw new HitError('invalid', `site "${printable(text)}" is not a host name`);
    return site;
  });
  return [...new Set(sites)];
}

function readPeriod(value: unknown, now: number, timezone: string): Span | undefined {
  if (value === undefined)
    throw new HitError('invalid', `period is missing: use ${QUERY_PERIODS.join(', ')}, or {"from","to"}`);
  if (typeof value !== 'string') return readSpan('period', value, timezone, now);
  const name = readOneOf('period', value, QUERY_PERIODS);
  return name === 'all' ? undefined : presetPeriod(name satisfies PeriodName, now, timezone);
}

/**
 * Reads `{"from","to"}`.
 *
 * @param now where it ends if it has no `to`; undefined: `to` is required
 * @throws HitError `invalid`
 */
export function readSpan(name: string, value: unknown, timezone: string, now?: number): Span {
  const members = readMembers(name, value, ['from', 'to']);
  const local = new LocalTime(timezone);
  const [from, to] = (['from', 'to'] as const).map((edge) => {
    if (edge === 'to' && members.to === undefined && now !== undefined) return now;
    if (members[edge] === undefined) throw new HitError('invalid', `${name}.${edge} is missing`);
    const time = readTime(`${name}.${edge}`, readText(`${name}.${edge}`, members[edge]), local);
    if (time === undefined) throw new HitError('invalid', `${name}.${edge} is empty`);
    return time;
  }) as [number, number];
  if (from >= to)
    throw new HitError(
      'invalid',
      `${name}: from (${members.from}) is not before to (${members.to ?? 'now'})`,
    );
  return { from, to };
}
