/** The names of dimensions, and of their values. */
import { capital } from '../text/format.ts';
import { readable, storedForm } from '../text/readable.ts';
import type { FilterDimension, TextOperator } from '../view/filter.ts';
import { format } from './preferences.ts';

interface DimensionWords {
  readonly name: string;
  /** Label of the empty value. Missing: None. */
  readonly none?: string;
  /** Format of a value. Missing: unchanged. */
  readonly say?: (value: string) => string;
}

const UNKNOWN = 'Unknown';
/** In the order of the form for filters. */
const WORDS: Readonly<Record<Exclude<FilterDimension, `prop:${string}`>, DimensionWords>> = {
  page: { name: 'Page', say: readable },
  entry_page: { name: 'Entry page', say: readable },
  exit_page: { name: 'Exit page', say: readable },
  hostname: { name: 'Host name', say: readable },
  site: { name: 'Site', say: readable },
  source: { name: 'Source', say: (value) => (value === 'Direct' ? 'Direct / None' : readable(value)) },
  channel: { name: 'Channel' },
  referrer: { name: 'Referrer', none: 'Direct / None', say: readable },
  utm_source: { name: 'UTM source' },
  utm_medium: { name: 'UTM medium' },
  utm_campaign: { name: 'Campaign' },
  utm_term: { name: 'UTM term' },
  utm_content: { name: 'UTM content' },
  country: {
    name: 'Country',
    none: UNKNOWN,
    say: (code) => format.country(code),
  },
  region: { name: 'Region', none: UNKNOWN },
  city: { name: 'City', none: UNKNOWN },
  language: { name: 'Language', none: UNKNOWN, say: (code) => capital(format.language(code)) },
  browser: { name: 'Browser', none: UNKNOWN },
  browser_version: { name: 'Browser version', none: UNKNOWN },
  os: { name: 'Operating system', none: UNKNOWN },
  os_version: { name: 'OS version', none: UNKNOWN },
  device: { name: 'Device', none: UNKNOWN, say: capital },
  screen: { name: 'Screen', none: UNKNOWN, say: capital },
  event: { name: 'Event' },
  goal: { name: 'Goal' },
  class: { name: 'Request class', none: UNKNOWN, say: capital },
  status: { name: 'Status', none: UNKNOWN },
  method: { name: 'Method', none: UNKNOWN },
  bot: { name: 'Bot' },
  bot_operator: { name: 'Bot operator', none: UNKNOWN },
  bot_kind: { name: 'Bot kind', none: UNKNOWN },
};

export const FILTERABLE = Object.keys(WORDS) as readonly FilterDimension[];

/** Properties whose values are addresses. */
const ADDRESSES: readonly FilterDimension[] = ['prop:url'];

function wordsOf(dimension: FilterDimension): DimensionWords {
  return dimension.startsWith('prop:')
    ? { name: dimension.slice('prop:'.length), ...(ADDRESSES.includes(dimension) && { say: readable }) }
    : WORDS[dimension as keyof typeof WORDS];
}

export function dimensionName(dimension: FilterDimension): string {
  return wordsOf(dimension).name;
}

/** The displayed form of a value. */
export function valueName(dimension: FilterDimension, value: string): string {
  const { none = 'None', say } = wordsOf(dimension);
  if (value === '') return none;
  return say?.(value) ?? value;
}

/** The displayed form of a filter's value, which is a part or a pattern of values unless the operator is literal. */
export function conditionName(operator: TextOperator, dimension: FilterDimension, value: string): string {
  if (operator === 'is' || operator === 'is_not') return valueName(dimension, value);
  return wordsOf(dimension).say === readable ? readable(value) : value;
}

/** A value of a filter as a user types it, as it is stored. */
export function typedValue(dimension: FilterDimension, text: string): string {
  const isAddress = dimension !== 'site' && dimension !== 'hostname' && wordsOf(dimension).say === readable;
  return isAddress ? storedForm(text) : text;
}
