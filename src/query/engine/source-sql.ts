/**
 * What the statements of a query read: hits, visits, or hits in their visits.
 *
 * A hit finds its visit as the last one of its visitor that began by then: visits of a visitor do not overlap.
 * A straddler is a visit that crosses an edge of the period, or of an interval.
 */
import type { Bindings } from './bindings.ts';
import { SIGNAL } from './measure.ts';
import type { Names } from './names.ts';
import type { Scope, Span } from './query.ts';

export interface Sources {
  /** SQL of rows `v` of the table of visits: all that a statement about the scope may read. */
  readonly rows: string;
  /** SQL of a table of hits `h`, of a period. */
  hits(span: Span): string;
  /** SQL of a table of hits `h` that meet a condition. */
  hitsThat(condition: string): string;
  /** SQL of a table of visits `v` that begin in a period. */
  visitsFrom(span: Span): string;
  /**
   * SQL of a table of hits `h` in their visits `v`, the hits of a period.
   *
   * @param narrow SQL of a condition on hits: only matching hits are read, and only the visits of their visitors
   */
  hitsInVisits(span: Span, narrow?: string): string;
  /** The same of all hits of the visits that begin in a period. */
  hitsOfVisits(span: Span, narrow?: string): string;
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
  /**
   * The same, only for hits whose visit is not entirely in the period, or not in one interval.
   *
   * @param isInside SQL: whether a visit `v` is in one interval; undefined without intervals
   */
  hitsOfStraddlers(span: Span, isInside: string | undefined): string;
  /** All engagement signals `h` in their visits `v`, of visits that overlap a period. */
  signals(span: Span): string;
}

/**
 * @param table SQL of the table of hits
 * @param visitCondition SQL: which visits `v`, for conditions that a hit's visit must meet
 * @param isSelective whether few visits meet it
 * @param names names for the visits
 */
export function sourcesOf(
  { sites, bots, from, to }: Pick<Scope, 'sites' | 'bots' | 'from' | 'to'>,
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
  const during = (column: string, span: Span) =>
    `${column} >= ${bind.time(span.from)} AND ${column} < ${bind.time(span.to)}`;
  const rows = (condition: string, final = '', of = '') =>
    `visits AS v ${final} ${of === '' ? '' : `PREWHERE ${of}`} WHERE v.site != '' AND v.hits > 0 AND ${ofSites('v')} AND ${ofBots('v')} AND ${condition}`;
  /** `of` is a condition on the key of visits: FINAL then merges only the rows that meet it. */
  const visits = (condition: string, final: 'FINAL' | '' = 'FINAL', of = '') => {
    const all = `SELECT *, v.finish AS finish, bot != '' AS is_bot FROM ${rows(condition, final, of)}`;
    return names.isEmpty
      ? `${all} AND (${visitCondition})`
      : `SELECT * FROM (${names.placed(all)}) AS v WHERE ${visitCondition}`;
  };
  const hits = (condition: string) =>
    `SELECT * FROM ${table} AS h WHERE ${ofSites('h')} AND ${ofBots('h')} AND ${condition}`;
  // One number: a key of three columns takes half as long again.
  const key = (alias: 'h' | 'v', isBot: string) =>
    `bitXor(cityHash64(${alias}.site, toUInt8(${isBot})), ${alias}.visitor)`;
  const inVisits = (hitCondition: string, some: string) => `(${hits(hitCondition)}) AS h
ASOF JOIN (${some}) AS v ON ${key('h', "h.bot != ''")} = ${key('v', 'v.is_bot')} AND h.time >= v.start`;
  const joined = (hitCondition: string, condition: string, narrow?: string) => {
    const own = narrow === undefined ? hitCondition : `${hitCondition} AND ${narrow}`;
    // These sets may contain too much: so visitors are enough, and replaced rows are harmless, without FINAL.
    const theirs = isSelective
      ? ` AND h.visitor IN (SELECT v.visitor FROM (${visits(condition, '')}) AS v)`
      : '';
    // An archive is not read twice.
    const ofThem =
      narrow === undefined || table !== 'hits'
        ? ''
        : `v.visitor IN (SELECT h.visitor FROM (${hits(own)}) AS h)`;
    return inVisits(own + theirs, visits(condition, 'FINAL', ofThem));
  };
  // Bounds of the times of visits, which need not be exact: without FINAL.
  const bound = (function_: string, column: string, condition: string) =>
    `(SELECT ${function_}(v.${column}) FROM visits AS v WHERE v.site != '' AND ${ofSites('v')} AND ${condition})`;
  const touching = (span: Span) => `v.start < ${bind.time(span.to)} AND v.finish >= ${bind.time(span.from)}`;
  // With a bound of the start, by which visits are sorted: FINAL reads all that may be meant otherwise.
  const overlapping = (span: Span) =>
    `${touching(span)} AND v.start >= ${bound('min', 'start', touching(span))}`;
  const isOfVisits = (span: Span) =>
    `h.time >= ${bind.time(span.from)} AND h.time <= ${bound('max', 'finish', during('v.start', span))}`;
  const isOfOverlapping = (span: Span) =>
    `h.time >= ${bound('min', 'start', touching(span))} AND h.time <= ${bound('max', 'finish', touching(span))}`;
  return {
    rows: rows(touching({ from, to })),
    isOfVisits,
    isOfStraddlers: (span) =>
      `${during('h.time', span)} AND h.time <= ${bound('max', 'finish', `v.start < ${bind.time(span.from)} AND v.finish >= ${bind.time(span.from)}`)}`,
    isDuring: (span) => during('h.time', span),
    hits: (span) => `(${hits(during('h.time', span))}) AS h`,
    hitsThat: (condition) => `(${hits(condition)}) AS h`,
    visitsFrom: (span) => `(${visits(during('v.start', span))}) AS v`,
    hitsInVisits: (span, narrow) => joined(during('h.time', span), overlapping(span), narrow),
    hitsOfVisits: (span, narrow) => joined(isOfVisits(span), during('v.start', span), narrow),
    visitRows: (span) => `(SELECT * FROM ${rows(`v.deleted = 0 AND ${during('v.start', span)}`)}) AS v`,
    visitsOverlapping: (span) => `(${visits(overlapping(span))}) AS v`,
    hitsOfOverlapping: (span) => joined(isOfOverlapping(span), overlapping(span)),
    hitsIn: (some, condition) => inVisits(condition, some),
    hitsOfStraddlers: (span, isInside) => {
      const [start, end] = [bind.time(span.from), bind.time(span.to)];
      // One condition for each edge, as the index of a column can exclude rows by one bound. Replaced rows are harmless.
      const edges = [
        `v.start < ${start} AND v.finish >= ${start}`,
        `v.start >= ${start} AND v.start < ${end} AND v.finish >= ${end}`,
        ...(isInside === undefined ? [] : [`v.start >= ${start} AND v.start < ${end} AND NOT (${isInside})`]),
      ];
      const straddlers = (columns: string) =>
        edges.map((edge) => `SELECT ${columns} FROM ${rows(edge)}`).join(' UNION ALL ');
      const isOne = edges.map((edge) => `(${edge})`).join(' OR ');
      const keys = `(v.site, v.start, v.visitor) IN (${straddlers('v.site, v.start, v.visitor')})`;
      const some = visits(`(${isOne})`, 'FINAL', keys);
      // Hits are sorted by time, and those near an edge are in a few hours.
      const hours = `arrayJoin(arrayMap(hour -> addHours(toStartOfHour(v.start), hour), range(toUInt64(dateDiff('hour', v.start, v.finish) + 1))))`;
      const theirs = `h.visitor IN (${straddlers('v.visitor')}) AND toStartOfHour(h.time) IN (${straddlers(hours)})`;
      return inVisits(`${during('h.time', span)} AND ${theirs}`, some);
    },
    signals: (span) => joined(`${SIGNAL} AND ${isOfOverlapping(span)}`, overlapping(span)),
  };
}
