/** The definitions stored for a site: goals, segments (named filters), funnels, and annotations of days. */
import { HitError } from '../../errors.ts';
import { readIsoTime } from '../../hit/calendar.ts';
import { printable } from '../../schema/printable.ts';
import { described, object, type Schema, type Static, TEXT } from '../../schema/schema.ts';
import { FilterReader } from '../language/filter-reader.ts';
import { readMembers, readText } from '../language/json-values.ts';
import { FILTERS } from '../scope-schemas.ts';
import { readSteps, readWindow, STEPS, WINDOW } from './funnel-reader.ts';
import { ACTION, readGoal, readName } from './goal-reader.ts';
import type { Segment } from './segment.ts';

const GOAL = object({ name: TEXT, action: ACTION });
const SEGMENT = object({ name: TEXT, filters: FILTERS });
const FUNNEL = object({ name: TEXT, steps: STEPS, within: WINDOW });
const ANNOTATION = object({
  name: TEXT,
  day: described(TEXT, 'a date: 2026-01-31'),
  text: TEXT,
});

/** A kind of definition. Names are unique within a kind and a site. */
interface Kind<Value extends Named = Named> {
  readonly schema: Schema<Value>;
  readonly example: Value;
  /** Maximum number per site. */
  readonly most: number;
  /**
   * @param goals names of the site's goals, the only ones that the definition may name; undefined to skip this check
   * @throws HitError `invalid`
   */
  read(value: unknown, goals: readonly string[] | undefined): Value;
}

export interface Named {
  readonly name: string;
}

const goals: Kind<Static<typeof GOAL>> = {
  schema: GOAL,
  example: { name: 'signup', action: { kind: 'event', event: 'signup', props: { plan: ['pro', 'team'] } } },
  most: 100,
  read: readGoal,
};

const segments: Kind<Segment> = {
  schema: SEGMENT,
  example: {
    name: 'readers abroad',
    filters: [
      ['is_not', 'country', ['DE']],
      ['contains', 'page', ['/blog/']],
    ],
  },
  most: 100,
  read(value, names) {
    const { name, filters } = readMembers('the segment', value, ['name', 'filters']);
    const read = new FilterReader(names).readAll('filters', filters);
    if (read.length === 0) throw new HitError('invalid', 'filters is empty: a segment has at least one');
    return { name: readName('name', name), filters: read };
  },
};

const funnels: Kind<Static<typeof FUNNEL>> = {
  schema: FUNNEL,
  example: {
    name: 'checkout',
    steps: [
      { kind: 'page', page: '/cart' },
      { kind: 'event', event: 'purchase' },
    ],
    within: 'visit',
  },
  most: 50,
  read(value, names) {
    const { name, steps, within = 'visit' } = readMembers('the funnel', value, ['name', 'steps', 'within']);
    const read = readSteps('steps', steps, names);
    return { name: readName('name', name), steps: read, within: readWindow('within', within) };
  },
};

const annotations: Kind<Static<typeof ANNOTATION>> = {
  schema: ANNOTATION,
  example: { name: 'launch', day: '2026-11-24', text: 'On the front page of the news' },
  most: 1000,
  read(value) {
    const { name, day, text } = readMembers('the annotation', value, ['name', 'day', 'text']);
    const date = readText('day', day);
    if (!/^\d{4}-\d\d-\d\d$/.test(date) || readIsoTime(date) === undefined)
      throw new HitError('invalid', `day "${printable(date)}" is not a date such as 2026-01-31`);
    return { name: readName('name', name), day: date, text: readText('text', text) };
  },
};

export const KINDS = { goals, segments, funnels, annotations } as const;
export type KindName = keyof typeof KINDS;
export const KIND_NAMES = Object.keys(KINDS) as readonly KindName[];
export type ValueOf<Name extends KindName> = ReturnType<(typeof KINDS)[Name]['read']>;
