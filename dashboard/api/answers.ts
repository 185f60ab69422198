import { signal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import { RecentMap } from '../../src/cache/recent-map.ts';
import { Backoff } from '../../src/timing/backoff.ts';
import { ApiError } from './api.ts';
import { lost, recovered } from './connection.ts';
import { signedOut } from './session.ts';
import { fetchShared } from './shared-request.ts';

/** Cached answers, so that going back shows the previous view at once. */
const MOST_KEPT = 80;
/** Answers younger than this are not requested again without a reason. */
const FRESH_MS = 5000;
/** Milliseconds between attempts. */
const DELAYS = { first: 1500, longest: 20_000 };
/** Decay factor of the slowest answer's time, per answer. */
const FADING = 0.9;

/** Incremented whenever all answers about the present should be refreshed. */
export const pulse = signal(0);
/** Incremented whenever the figures of the period should be, which is more often. */
export const figuresPulse = signal(0);

/** Answers about figures of the period, and all others. */
export type AnswerKind = 'figures' | 'others';

/** Milliseconds that the slowest recent answers took. */
const slowest: Record<AnswerKind, number> = { figures: 0, others: 0 };
export function slowestAnswer(kind: AnswerKind): number {
  return slowest[kind];
}

/** Number of answers that are awaited. */
const awaited: Record<AnswerKind, number> = { figures: 0, others: 0 };
/** Whether an answer is awaited: a refresh would begin again, and a slow answer would never come. */
export function isAwaited(kind: AnswerKind): boolean {
  return awaited[kind] > 0;
}

export interface Answer<Result> {
  /** The last answer; that of the previous query until this one's arrives, see `isLoading`. */
  readonly data: Result | undefined;
  readonly error: ApiError | undefined;
  /** Whether `data` does not belong to this query yet. */
  readonly isLoading: boolean;
}

interface Kept {
  readonly data: unknown;
  readonly at: number;
  /** The pulse at that time. */
  readonly beat: number;
}

/** By query. */
const kept = new RecentMap<string, Kept>(MOST_KEPT);

function keep(query: string, data: unknown, beat: number): void {
  kept.set(query, { data, at: Date.now(), beat });
}

/** Drops all answers: the user has changed, or a setting has. */
export function forget(): void {
  kept.clear();
  pulse.value++;
}

/** A query without the start of its period, which moves over time. */
function subjectOf(query: string): string {
  return query.replace(/([?&]from=[\d-]+T|"from":"[\d-]+T)[^&"]*/, '$1');
}

/**
 * Runs a query and keeps its answer up to date. The last answer stays until the next one arrives; failures that are
 * temporary are retried.
 *
 * @param query undefined for no query
 * @param isFigures whether it is refreshed with the figures of the period
 * @param refreshes incremented whenever it alone should be refreshed
 */
export function useAnswer<Result>(
  query: string | undefined,
  isFigures = false,
  refreshes = 0,
): Answer<Result> {
  const [answer, setAnswer] = useState<{ subject: string; data?: Result; error?: ApiError }>({ subject: '' });
  const beat = pulse.value + (isFigures ? figuresPulse.value : 0) + refreshes;
  const last = useRef('');
  useEffect(() => {
    if (query === undefined) return;
    const subject = subjectOf(query);
    const isSame = last.current === subject;
    last.current = subject;
    const known = kept.get(query);
    if (known && !isSame) setAnswer({ subject, data: known.data as Result });
    if (known && known.beat === beat && Date.now() - known.at < FRESH_MS) return;
    const controller = new AbortController();
    const emit = (outcome: Outcome<Result>) => {
      if ('data' in outcome) keep(query, outcome.data, beat);
      setAnswer((before) => ({
        ...('data' in outcome || before.subject !== subject ? {} : before),
        subject,
        ...outcome,
      }));
    };
    void fetchWithRetry<Result>(query, controller.signal, isFigures ? 'figures' : 'others', emit);
    return () => controller.abort();
  }, [query, beat]);
  const isLoading = query !== undefined && answer.subject !== subjectOf(query);
  return { data: answer.data, error: isLoading ? undefined : answer.error, isLoading };
}

type Outcome<Result> = { data: Result; error?: never } | { error: ApiError };

/**
 * Queries until there is an answer, or a permanent failure.
 *
 * @returns the answer; undefined after a permanent failure, and if it is aborted
 */
export async function fetchWithRetry<Result>(
  query: string,
  signal: AbortSignal,
  kind: AnswerKind,
  emit: (outcome: Outcome<Result>) => void = () => undefined,
): Promise<Result | undefined> {
  const backoff = new Backoff(DELAYS);
  while (!signal.aborted) {
    try {
      const start = performance.now();
      awaited[kind]++;
      const data = await fetchShared<Result>(query, signal).finally(() => awaited[kind]--);
      slowest[kind] = Math.max(slowest[kind] * FADING, performance.now() - start);
      if (signal.aborted) return undefined;
      recovered();
      emit({ data });
      return data;
    } catch (error) {
      if (signal.aborted) return undefined;
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 401) signedOut();
      if (error.status === 0) lost();
      emit({ error });
      if (!error.isPassing) return undefined;
      const delay = backoff.next();
      await waited(error.retryAfter === undefined ? delay : error.retryAfter * 1000, signal);
    }
  }
  return undefined;
}

function waited(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener('abort', end);
  });
}
