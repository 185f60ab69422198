/** Names of metrics, dimensions and numbers, as they are written in a query. */
import { HitError } from '../../errors.ts';
import { printable } from '../../schema/printable.ts';
import { unknownName } from '../../schema/suggestion.ts';
import {
  type Dimension,
  type FilterDimension,
  HIT_DIMENSIONS,
  INTERVALS,
  METRICS,
  type Metric,
  type NumberName,
  PROP_METRICS,
  VISIT_DIMENSIONS,
  VISIT_NUMBERS,
} from '../engine/query.ts';
import { readText } from './json-values.ts';

const PROP = 'prop:';
const TIME = 'time:';
export const FILTER_DIMENSIONS = [...VISIT_DIMENSIONS, ...HIT_DIMENSIONS] as const;
export const TIME_DIMENSIONS = INTERVALS.map((interval) => `${TIME}${interval}` as const);
const DIMENSIONS: readonly string[] = [...FILTER_DIMENSIONS, ...TIME_DIMENSIONS];
const NUMBERS = [...VISIT_NUMBERS, 'value'] as const;

/** @throws HitError `invalid`, with the nearest metric */
export function readMetric(name: string, value: unknown): Metric {
  const text = readText(name, value);
  if ((METRICS as readonly string[]).includes(text)) return text as Metric;
  const [kind = '', prop] = text.split(`:${PROP}`);
  if (prop === undefined) {
    throw unknownName(name, text, [...METRICS, ...PROP_METRICS.map((each) => `${each}:${PROP}NAME`)]);
  }
  if (!(PROP_METRICS as readonly string[]).includes(kind)) throw unknownName(name, kind, PROP_METRICS);
  if (prop === '') throw withoutProp(name, text);
  return text as Metric;
}

/** @throws HitError `invalid`, with the nearest dimension */
export function readDimension(name: string, value: unknown): Dimension {
  const text = readText(name, value);
  if (DIMENSIONS.includes(text) || isProp(name, text)) return text as Dimension;
  throw unknownName(name, text, text.startsWith(TIME) ? TIME_DIMENSIONS : [...DIMENSIONS, 'prop:NAME']);
}

/** @throws HitError `invalid`, with the nearest dimension that a filter may have */
export function readFilterDimension(name: string, value: unknown): FilterDimension {
  const text = readText(name, value);
  if ((FILTER_DIMENSIONS as readonly string[]).includes(text) || isProp(name, text))
    return text as FilterDimension;
  if (text.startsWith(TIME))
    throw new HitError('invalid', `${name} "${text}" cannot be used in a filter: set the period`);
  if ((NUMBERS as readonly string[]).includes(text))
    throw new HitError('invalid', `${name} "${text}" is a number: use greater, at_least, less, at_most`);
  throw unknownName(name, text, [...FILTER_DIMENSIONS, 'prop:NAME']);
}

/** @throws HitError `invalid`, with the nearest number */
export function readNumberName(name: string, value: unknown): NumberName {
  const text = readText(name, value);
  if ((NUMBERS as readonly string[]).includes(text) || isProp(name, text)) return text as NumberName;
  throw unknownName(name, text, [...NUMBERS, 'prop:NAME']);
}

function isProp(name: string, text: string): boolean {
  if (text === PROP) throw withoutProp(name, text);
  return text.startsWith(PROP);
}

function withoutProp(name: string, text: string): HitError {
  return new HitError('invalid', `${name} "${printable(text)}" lacks the name of a property`);
}
