import { HitError } from '../../errors.ts';
import { DROP_REASONS, isQuiet } from '../../hit/drop-reason.ts';
import { ENGAGEMENT, LIMITS } from '../../hit/hit.ts';
import { type Details, NO_DETAILS } from '../../hit/request-context.ts';
import { readScreen, SCREENS } from '../../hit/screen.ts';
import { cleanedJson } from '../../hit/text.ts';
import { readCurrency, readValue } from '../../hit/worth.ts';
import {
  BOOLEAN,
  choice,
  described,
  either,
  matching,
  NUMBER,
  nullable,
  object,
  type Schema,
  TEXT,
  textUpTo,
} from '../../schema/schema.ts';
import type { Report } from './request-facts.ts';

/** Milliseconds: of more, which a sleeping machine may report, a day is taken. */
const MOST_ENGAGED = 86_400_000;

const NULL: Schema<null> = { type: 'null' };

/** A number from 0 to `most`, or its text, as in query strings: '' is not a number. */
interface NumberRange {
  readonly most: number;
  readonly text: RegExp;
}
const ENGAGED: NumberRange = {
  most: Number.MAX_SAFE_INTEGER,
  text: /^([0-9]{1,15}([.][0-9]{1,10})?)?$/,
};
const SCROLL: NumberRange = {
  most: 100,
  text: /^([0-9]{1,2}([.][0-9]{1,10})?|100([.]0{1,10})?)?$/,
};

function someNumber({ most, text }: NumberRange) {
  return either({ ...NUMBER, minimum: 0, maximum: most }, matching(text), NULL);
}

/** Members of the report of a page or program. Null is the same as missing. */
export const REPORT_MEMBERS = {
  site: described(nullable(TEXT), 'host name of the site; default: that of `url`'),
  path: described(nullable(textUpTo(LIMITS.path)), 'page; or `url`'),
  url: described(
    nullable({ ...TEXT, format: 'uri' }),
    'address of the page, if there is no `path`; absolute',
  ),
  referrer: nullable(TEXT),
  name: described(nullable(textUpTo(LIMITS.name)), 'an event; default: `pageview`'),
  title: nullable(TEXT),
  props: described(
    { type: ['object', 'null'] } as Schema<Readonly<Record<string, unknown>> | null>,
    `of an event, up to ${LIMITS.props.toLocaleString('en')} characters as JSON`,
  ),
  screen: described(
    either(
      { ...NUMBER, minimum: 0 },
      matching(new RegExp(`^([0-9]{1,5}(x[0-9]{1,5})?|${SCREENS.join('|')})?$`)),
      NULL,
    ),
    'width in CSS pixels, or `390x844`; only its class is stored',
  ),
  value: described(
    either(
      { ...NUMBER, exclusiveMinimum: -1e21, exclusiveMaximum: 1e21 },
      matching(/^(-?[0-9]{1,30}([.][0-9]{1,8})?)?$/),
      NULL,
    ),
    'what an event is worth: a decimal number, exact if it is a string',
  ),
  currency: described(
    nullable(matching(/^([A-Za-z]{3})?$/)),
    'of `value`, if it is money: ISO 4217, such as `EUR`',
  ),
  interactive: described(
    either(BOOLEAN, choice(['true', 'false', '1', '0', '']), NULL),
    '`false` for an event that happens without the visitor: it does not count against a bounce',
  ),
  engaged: described(
    someNumber(ENGAGED),
    'of a signal with the name `engagement`, which is not counted: milliseconds for which the page was visible since the last one',
  ),
  scroll: described(someNumber(SCROLL), 'of such a signal: the part of the page seen so far, 0 to 100 %'),
} satisfies Record<Exclude<keyof Report, 'kind' | 'hostname'> | 'url', unknown>;
export const REPORT = object({}, REPORT_MEMBERS);

/** What the document says of hits that are not counted. */
export const DROPPED = `A hit that is not counted has the reason in the header \`x-hit-dropped\`. With the reason ${DROP_REASONS.filter(isQuiet).join(' or ')}, the answer is the same as for a counted hit; otherwise it is an error.`;

/**
 * Reads the report of a page or program: see `REPORT`. It is read by hand for speed: a check by
 * that schema takes ten times as long (0.2 and 2.4 µs). A test states that the two agree.
 *
 * @param value a parsed body or query, of any shape
 * @param page the reporting page, from its `Referer`, for a report that names neither path nor url
 * @param needsPage whether a report without any page is an error. Default: it is one of `/`
 * @returns the report, or the error that describes what is wrong with it
 */
export function readReport(value: unknown, page: string, needsPage = false): Report | HitError {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return invalid('a hit is an object such as {"site":"example.com","path":"/"}');
  }
  const fields = value as Fields;
  for (const name of ['site', 'path', 'url', 'referrer', 'name', 'title'] as const) {
    const field = fields[name];
    if (field !== undefined && field !== null && typeof field !== 'string')
      return invalid(`${name} is not a string`);
  }
  const { props } = fields;
  if (props !== undefined && props !== null && (typeof props !== 'object' || Array.isArray(props))) {
    return invalid('props is not an object');
  }
  let site = text(fields.site);
  let path = text(fields.path);
  const named = text(fields.url);
  const url = named === '' ? undefined : urlOf(named);
  let hostname = url?.hostname ?? '';
  if (path === '') {
    const own = url ?? urlOf(page);
    if (named !== '' && !url) return invalid('url is not an absolute URL');
    if (!own && needsPage) return invalid('the page is missing: send path or url');
    path = own ? own.pathname + own.search : '/';
    hostname = own?.hostname ?? '';
  }
  if (site === '') site = hostname;
  const details = readDetails(fields);
  if (details instanceof HitError) return details;
  return {
    kind: 'beacon',
    site,
    path,
    name: text(fields.name),
    referrer: text(fields.referrer),
    title: text(fields.title),
    props: props && Object.keys(props).length > 0 ? cleanedJson(JSON.stringify(props)) : '',
    hostname,
    screen: details.screen,
    value: details.value,
    currency: details.currency,
    interactive: details.interactive,
    engaged: details.engaged,
    scroll: details.scroll,
  };
}

type Fields = Readonly<Record<string, unknown>>;

/** What most reports do not tell: the screen, what an event is worth, and how long a page was looked at. */
function readDetails(fields: Fields): Details | HitError {
  const isSignal = fields.name === ENGAGEMENT;
  const screen = readScreen(fields.screen);
  if (screen === undefined) return invalid('screen is not a width in pixels such as 1440');
  const value = readValue(fields.value);
  if (value === undefined) {
    return invalid(
      'value is not a decimal number such as 19.90, with at most 30 digits before the point and 8 after it',
    );
  }
  const currency = readCurrency(fields.currency);
  if (currency === undefined) return invalid('currency is not a code of ISO 4217 such as EUR');
  if (currency !== '' && value === '') return invalid('a currency is given without a value');
  const interactive = readTruth(fields.interactive);
  if (interactive === undefined) return invalid('interactive is neither true nor false');
  const engagement = isSignal ? readEngagement(fields) : NO_DETAILS;
  if (engagement instanceof HitError) return engagement;
  if (!isSignal && !(isMissing(fields.engaged) && isMissing(fields.scroll))) {
    return invalid(`engaged and scroll belong to hits with the name "${ENGAGEMENT}"`);
  }
  const { engaged, scroll } = engagement;
  return { screen, value, currency, interactive, engaged, scroll };
}

function readEngagement({ engaged, scroll }: Fields): Pick<Details, 'engaged' | 'scroll'> | HitError {
  const time = isMissing(engaged) ? 0 : readNumber(engaged, ENGAGED);
  if (time === undefined) return invalid('engaged is not a number of milliseconds');
  const depth = isMissing(scroll) ? NO_DETAILS.scroll : readNumber(scroll, SCROLL);
  if (depth === undefined)
    return invalid('scroll is not a number from 0 to 100, the part of the page in per cent');
  return { engaged: Math.min(time, MOST_ENGAGED), scroll: depth };
}

/** A number of the range, rounded. */
function readNumber(value: unknown, { most, text }: NumberRange): number | undefined {
  const number = typeof value === 'string' && text.test(value) ? Number(value) : value;
  return typeof number === 'number' && number >= 0 && number <= most ? Math.round(number) : undefined;
}

/** Default: true. */
function readTruth(value: unknown): boolean | undefined {
  if (isMissing(value) || value === true || value === 'true' || value === '1') return true;
  return value === false || value === 'false' || value === '0' ? false : undefined;
}

function isMissing(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

function urlOf(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function invalid(message: string): HitError {
  return new HitError('invalid', message);
}
