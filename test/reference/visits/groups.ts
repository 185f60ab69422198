/** Groups: hits, visits and signals by the values of the requested dimensions. */

import { Calendar } from '../calendar.ts';
import { type Labels, readerOf } from './dimension.ts';
import type { ActionTest } from './goal.ts';
import { basisOf, type Group } from './metric.ts';
import { isoOf, type Period } from './period.ts';
import type { Dimension, FilterDimension, Metric } from './query.ts';
import type { Selection } from './selection.ts';
import type { HitInVisit } from './visit.ts';

export type Unit = 'minute' | 'hour' | 'day' | 'week' | 'month';

/** The interval of a time dimension; undefined for other dimensions. */
export function unitOf(dimension: string): Unit | undefined {
  return dimension.startsWith('time:') ? (dimension.slice('time:'.length) as Unit) : undefined;
}

export interface KeyedGroup extends Group {
  readonly values: readonly string[];
}

export function emptyGroup(values: readonly string[]): KeyedGroup {
  return { values, hits: [], conversions: [], visits: new Set(), signals: [] };
}

export function keyOf(values: readonly string[]): string {
  return JSON.stringify(values);
}

const calendars = new Map<string, Calendar>();

export function calendarOf(zone: string): Calendar {
  const calendar = calendars.get(zone) ?? new Calendar(zone);
  calendars.set(zone, calendar);
  return calendar;
}

/** How to group. */
export interface Grouping {
  readonly dimensions: readonly Dimension[];
  readonly metrics: readonly Metric[];
  readonly zone: string;
  readonly labels: Labels;
  /** That conversions and revenue refer to; undefined for any conversions, and for revenue of all hits. */
  readonly goal: string | undefined;
  readonly isConversion: ActionTest;
}

/**
 * Groups by key. One without dimensions is there in any case; else a group is there if one of the metrics has something to
 * count in it.
 */
export function groupsOf(
  selection: Selection,
  { from, to }: Period,
  grouping: Grouping,
): Map<string, KeyedGroup> {
  const { dimensions, metrics, goal, isConversion } = grouping;
  const { matches, counts } = selection;
  const groups = new Map<string, KeyedGroup>();
  if (dimensions.length === 0) groups.set(keyOf([]), emptyGroup([]));
  const tuplesOf = tupleReader(grouping);
  const groupFor = (values: readonly string[]): KeyedGroup => {
    const key = keyOf(values);
    const group = groups.get(key) ?? emptyGroup(values);
    groups.set(key, group);
    return group;
  };
  const bases = new Set(metrics.map(basisOf));
  const ofConversions: readonly Metric[] = ['conversions', 'conversion_rate'];
  const ofGoal: readonly Metric[] = ['revenue', 'average_revenue'];
  const countsConversions = metrics.some(
    (metric) => ofConversions.includes(metric) || (goal !== undefined && ofGoal.includes(metric)),
  );
  for (const each of selection.hits) {
    if (!matches(each)) continue;
    const isCounted = bases.has('hits') && counts(each);
    const isConverting = countsConversions && isConversion(each);
    const isSignal = bases.has('signals') && each.kind === 'signal';
    if (!isCounted && !isConverting && !isSignal) continue;
    for (const values of tuplesOf(each, each.hit.time)) {
      const group = groupFor(values);
      if (isCounted) group.hits.push(each);
      if (isConverting) group.conversions.push(each);
      if (isSignal) group.signals.push(each);
    }
  }
  if (!bases.has('visits')) return groups;
  for (const visit of selection.visits) {
    if (visit.start < from || visit.start >= to) continue;
    for (const each of visit.hits) {
      if (!counts(each) || !matches(each)) continue;
      for (const values of tuplesOf(each, visit.start)) groupFor(values).visits.add(visit);
    }
  }
  return groups;
}

/** The values of all dimensions of a hit at a time: several tuples if it converts several goals, none if it converts none. */
function tupleReader({
  dimensions,
  zone,
  labels,
}: Grouping): (each: HitInVisit, time: number) => readonly (readonly string[])[] {
  const calendar = calendarOf(zone);
  const readers = dimensions.map((dimension): ((each: HitInVisit, time: number) => readonly string[]) => {
    const unit = unitOf(dimension);
    if (unit !== undefined) return (_, time) => [isoOf(calendar.startOf(unit, time))];
    return readerOf(dimension as FilterDimension, labels);
  });
  return (each, time) => {
    let tuples: string[][] = [[]];
    for (const read of readers) {
      const values = read(each, time);
      tuples = tuples.flatMap((tuple) => values.map((value) => [...tuple, value]));
    }
    return tuples;
  };
}
