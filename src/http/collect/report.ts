import { HitError } from '../../errors.ts';
import type { Report } from './request-facts.ts';

/**
 * Reads the report of a page or program: `{ site, path | url, referrer?, name?, title?, props? }`.
 *
 * @param value a parsed body or query, of any shape
 * @param page the reporting page, from its `Referer`, for a report that names neither path nor url
 * @returns the report, or the error that describes what is wrong with it
 */
export function readReport(value: unknown, page: string): Report | HitError {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return invalid('a hit is an object such as {"site":"example.com","path":"/"}');
  }
  const fields = value as Readonly<Record<string, unknown>>;
  for (const name of ['site', 'path', 'url', 'referrer', 'name', 'title'] as const) {
    const field = fields[name];
    if (field !== undefined && field !== null && typeof field !== 'string')
      return invalid(`${name} is not a text`);
  }
  const { props } = fields;
  if (props !== undefined && props !== null && (typeof props !== 'object' || Array.isArray(props))) {
    return invalid('props is not an object');
  }
  let site = text(fields.site);
  let path = text(fields.path);
  if (path === '') {
    const named = text(fields.url);
    const url = urlOf(named) ?? urlOf(page);
    if (named !== '' && !urlOf(named)) return invalid('url is not an absolute URL');
    path = url ? url.pathname + url.search : '/';
    if (site === '' && url) site = url.hostname;
  }
  return {
    kind: 'beacon',
    site,
    path,
    name: text(fields.name),
    referrer: text(fields.referrer),
    title: text(fields.title),
    props: props && Object.keys(props).length > 0 ? JSON.stringify(props) : '',
  };
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
