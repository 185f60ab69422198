import { problem } from './operation.ts';

/** Errors that every query may return. */
export const REFUSED = {
  400: problem('what is wrong with the question'),
  401: problem('no token that may read'),
};

/** Errors of routes that need the admin token. */
export const NO_TOKEN = { 401: problem('no admin token'), 403: problem('a page of another site asked') };
