/**
 * What the statements of a query read: hits, visits, or hits in their visits.
 *
 * A hit finds its visit as the last one of its visitor that began by then: visits of a visitor do not overlap.
 */
import type { Bindings } from './bindings.ts';
import { SIGNAL } from './measure.ts';
import type { Names } from './names.ts';
import type { Scope, Span } from './query.ts';

export interface Sources {
  /** SQL of a table of hits `h`, of a period. */
  hits(span: Span): string;
  /** SQL of a table of hits `h` that meet a condition. */
  hitsThat(condition: string): string;
  /** SQL of a table of visits `v` that begin in a period. */
  visitsFrom(span: Span): string;
  /** SQL of a table of hits `h` in their visits `v`, the hits of a period. */
  hitsInVisits(span: Span): string;
  /** The same of all hits of the visits that begin in a period. */
  hitsOfVisits(span: Span): string;
  /** SQL of a table of rows of visits `v` that begin in a period: of each visit at least one, and maybe outdated ones. */
  visitRows(span: Span): string;
  /** SQL of a table of visits `v` that overlap a period. */
  visitsOverlapping(span: Span): string;
  /** SQL of a table of hits `h` in their visits `v`: all hits of the visits that overlap a period. */
  hitsOfOverlapping(span: Span): string;
  /** The same of hits that meet a condition, in visits of a statement; without those of other visits. */
  hitsIn(visits: string, condition: string): string;
  /** SQL: whether a hit may be one of a visit that begins in a period, by its time. */
  isOfVisits(span: Span): string;
  /** SQL: whether a hit may be one in the period of a visit that overlaps it but begins before it, by its time. */
  isOfStraddlers(span: Span): string;
  /** SQL: whether a hit is in a period. */
  isDuring(span: Span): string;
  /** The same of hits of a period whose visit does not lie in it, or in one interval, as a whole. */
  hitsOfStraddlers(span: Span, isInside: string): string;
  /** SQL of a table of visits `v` that lie in a period, and in one interval, as a whole. */
  visitsInside(span: Span, isInside: string): string;
  /** All engagement signals `h` in their visits `v`, of visits that overlap a period. */
  signals(span: Span): string;
}

/**
 * @param table SQL of the table of hits
 * @param visitCondition SQL: which visits `v`, for conditions that a hit's visit must meet
 * @param isSelective whether few visits meet it
 * @param names that the visits are to have
 */
export function sourcesOf(
  { sites, bots }: Pick<Scope, 'sites' | 'bots'>,
  bind: Bindings,
  table: string,
  visitCondition: string,
  isSelective: boolean,
  names: Names,
): Sources {
  const siteList = sites.length === 0 ? '' : bind.texts(sites);
  const ofSites = (alias: string) => (siteList === '' ? 'true' : `${alias}.site IN ${siteList}`);
  const ofBots = (alias: string) =>
    bots === 'include' ? 'true' : `${alias}.bot ${bots === 'only' ? '!=' : '='} ''`;
  const during = (column: string, { from, to }: Span) =>
    `${column} >= ${bind.time(from)} AND ${column} < ${bind.time(to)}`;
  const visits = (condition: string) => {
    const theirs = `v.site != '' AND v.hits > 0 AND ${ofSites('v')} AND ${ofBots('v')} AND ${condition}`;
    const all = `SELECT *, v.finish AS finish, bot != '' AS is_bot FROM visits AS v FINAL WHERE ${theirs}`;
    return names.isEmpty
      ? `${all} AND (${visitCondition})`
      : `SELECT * FROM (${names.joined(all, `visits AS v WHERE ${theirs}`)}) AS v WHERE ${visitCondition}`;
  };
  const hits = (condition: string) =>
    `SELECT * FROM ${table} AS h WHERE ${ofSites('h')} AND ${ofBots('h')} AND ${condition}`;
  // One number: a key of three columns takes half as long again.
  const key = (alias: 'h' | 'v', isBot: string) =>
    `bitXor(cityHash64(${alias}.site, toUInt8(${isBot})), ${alias}.visitor)`;
  const inVisits = (hitCondition: string, some: string) => `(${hits(hitCondition)}) AS h
ASOF JOIN (${some}) AS v ON ${key('h', "h.bot != ''")} = ${key('v', 'v.is_bot')} AND h.time >= v.start`;
  const joined = (hitCondition: string, some: string) => {
    const theirs = isSelective
      ? ` AND (h.site, h.visitor) IN (SELECT v.site, v.visitor FROM (${some}) AS v)`
      : '';
    return inVisits(hitCondition + theirs, some);
  };
  // Bounds of the times of visits, which need not be exact: without FINAL.
  const bound = (function_: string, column: string, condition: string) =>
    `(SELECT ${function_}(v.${column}) FROM visits AS v WHERE v.site != '' AND ${ofSites('v')} AND ${condition})`;
  const touching = ({ from, to }: Span) => `v.start < ${bind.time(to)} AND v.finish >= ${bind.time(from)}`;
  // With a bound of the start, by which visits are sorted: FINAL reads all that may be meant otherwise.
  const overlapping = (span: Span) =>
    `${touching(span)} AND v.start >= ${bound('min', 'start', touching(span))}`;
  const isOfVisits = (span: Span) =>
    `h.time >= ${bind.time(span.from)} AND h.time <= ${bound('max', 'finish', during('v.start', span))}`;
  const isOfOverlapping = (span: Span) =>
    `h.time >= ${bound('min', 'start', touching(span))} AND h.time <= ${bound('max', 'finish', touching(span))}`;
  return {
    isOfVisits,
    isOfStraddlers: (span) =>
      `${during('h.time', span)} AND h.time <= ${bound('max', 'finish', `v.start < ${bind.time(span.from)} AND v.finish >= ${bind.time(span.from)}`)}`,
    isDuring: (span) => during('h.time', span),
    hits: (span) => `(${hits(during('h.time', span))}) AS h`,
    hitsThat: (condition) => `(${hits(condition)}) AS h`,
    visitsFrom: (span) => `(${visits(during('v.start', span))}) AS v`,
    hitsInVisits: (span) => joined(during('h.time', span), visits(overlapping(span))),
    hitsOfVisits: (span) => joined(isOfVisits(span), visits(during('v.start', span))),
    visitRows: (span) =>
      `(SELECT * FROM visits AS v WHERE v.site != '' AND v.hits > 0 AND v.deleted = 0 AND ${ofSites('v')} AND ${ofBots('v')} AND ${during('v.start', span)}) AS v`,
    visitsOverlapping: (span) => `(${visits(overlapping(span))}) AS v`,
    hitsOfOverlapping: (span) => joined(isOfOverlapping(span), visits(overlapping(span))),
    hitsIn: (some, condition) => joined(condition, some),
    visitsInside: (span, isInside) =>
      `(${visits(`${during('v.start', span)} AND v.finish < ${bind.time(span.to)} AND ${isInside}`)}) AS v`,
    hitsOfStraddlers: (span, isInside) => {
      const some = visits(
        `${overlapping(span)} AND NOT (${during('v.start', span)} AND v.finish < ${bind.time(span.to)} AND ${isInside})`,
      );
      const theirs = `(h.site, h.visitor) IN (SELECT v.site, v.visitor FROM (${some}) AS v)`;
      return inVisits(`${during('h.time', span)} AND ${theirs}`, some);
    },
    signals: (span) => joined(`${SIGNAL} AND ${isOfOverlapping(span)}`, visits(overlapping(span))),
  };
}
