/**
 * Shares of the engine. The share of a caller decides which connections and limits its queries get, so that anonymous readers
 * cannot take the engine from holders of tokens. It is a property of the caller, not of a query, so it accompanies the call
 * (`AsyncLocalStorage`) instead of every parameter list between a route and the connection.
 *
 * | share       | who                                          | connections, threads | priority                              |
 * |-------------|----------------------------------------------|----------------------|---------------------------------------|
 * | `holders`   | holders of tokens, commands, and the server  | 2, of 2 threads each | first                                 |
 * | `anonymous` | readers without a token, with `--public`     | 1, of 1 thread       | pauses while queries of holders run, begins between their requests |
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { HolderRequests } from './holder-requests.ts';

export interface EngineShare {
  readonly name: 'holders' | 'anonymous';
  /** Holders take turns: `admin`, or the ID of a token. */
  readonly holder: string;
}

/** The share of work that no request caused. */
const OWN: EngineShare = { name: 'holders', holder: '' };
const ANONYMOUS: EngineShare = { name: 'anonymous', holder: '' };

const current = new AsyncLocalStorage<EngineShare>();

/** Requests of holders in progress. */
export const holderRequests = new HolderRequests();

/** The share of the running call. */
export function engineShare(): EngineShare {
  return current.getStore() ?? OWN;
}

/** Runs queries of the holder of a token. @param holder `admin`, or the ID of a token */
export function asHolder<Result>(holder: string, work: () => Promise<Result>): Promise<Result> {
  return current.run({ name: 'holders', holder }, () => holderRequests.run(work));
}

/** Runs queries of readers without a token. */
export function asAnonymous<Result>(work: () => Result): Result {
  return current.run(ANONYMOUS, work);
}

/** Runs work that several callers wait for: the first of them does not decide its share. */
export function asServer<Result>(work: () => Result): Result {
  return current.run(OWN, work);
}
