import { problem } from './operation.ts';

/** Errors that every query may return. */
export const REFUSED = {
  400: problem('an invalid query'),
  401: problem('no token for reading'),
  403: problem('a token that is bound to other sites'),
};

/** Errors of routes that need the admin token. */
export const NO_TOKEN = {
  401: problem('no admin token'),
  403: problem('a token that is bound to sites, or a request from a page of another site'),
};
