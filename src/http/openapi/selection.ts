import { choice, type Parameter, problem, query, TEXT } from './operation.ts';

export const SITE = query('site', 'one site; default: all', TEXT, 'example.com');
/** Errors that every query may return. */
export const REFUSED = {
  400: problem('what is wrong with the question'),
  401: problem('no token that may read'),
};

/** Parameters that select the hits of a query. */
export const SELECTION: readonly Parameter[] = [
  SITE,
  query('from', 'a date or a time, included; default: the first hit', TEXT, '2026-11-01'),
  query('to', 'the same, not included; default: now', TEXT, '2026-12-01'),
  query('timezone', 'an IANA name; default: UTC', TEXT, 'Europe/Berlin'),
  query('filter', 'such as `path=/blog/*` or `country!=DE|AT`; several may be given', TEXT, 'country!=DE|AT'),
  query('bots', 'default: exclude', choice('exclude', 'include', 'only')),
  query('status', 'of access logs: `2xx,404`'),
];
