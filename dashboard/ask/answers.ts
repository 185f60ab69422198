import { signal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import { RecentMap } from '../../src/cache/recent-map.ts';
import { Backoff } from '../../src/timing/backoff.ts';
import { ApiError } from './api.ts';
import { lost, recovered } from './connection.ts';
import { signedOut } from './session.ts';
import { askShared } from './shared-ask.ts';

/** Answers that are kept, so that going back shows at once what was there. */
const MOST_KEPT = 80;
/** Younger answers are not asked for again, unless there is reason to. */
const FRESH_MS = 5000;
/** Milliseconds between attempts. */
const DELAYS = { first: 1500, longest: 20_000 };
/** What is left of the slowest answer's time with each that follows. */
const FADING = 0.9;

/** Rises whenever answers about now are worth asking for again. */
export const pulse = signal(0);

/** Milliseconds that the slowest of the last answers took. */
let slowest = 0;
export function slowestAnswer(): number {
  return slowest;
}

export interface Answer<Result> {
  /** The last answer; of another question as long as this one's is not there, see `isLoading`. */
  readonly data: Result | undefined;
  readonly error: ApiError | undefined;
  /** Whether `data` is not yet of this question. */
  readonly isLoading: boolean;
}

interface Kept {
  readonly data: unknown;
  readonly at: number;
  /** The pulse at that time. */
  readonly beat: number;
}

/** By question. */
const kept = new RecentMap<string, Kept>(MOST_KEPT);

function keep(question: string, data: unknown): void {
  kept.set(question, { data, at: Date.now(), beat: pulse.value });
}

/** Forgets all answers: another person looks, or something was changed. */
export function forget(): void {
  kept.clear();
  pulse.value++;
}

/** A question without the moment at which its period begins, which moves by itself. */
function subjectOf(question: string): string {
  return question.replace(/([?&]from=[\d-]+T)[^&]*/, '$1');
}

/**
 * Asks a question and keeps its answer up to date. While another one is awaited the last answer stays; what failed and
 * may succeed later is asked again.
 *
 * @param question undefined asks nothing
 */
export function useAnswer<Result>(question: string | undefined): Answer<Result> {
  const [answer, setAnswer] = useState<{ subject: string; data?: Result; error?: ApiError }>({ subject: '' });
  const beat = pulse.value;
  const last = useRef('');
  useEffect(() => {
    if (question === undefined) return;
    const subject = subjectOf(question);
    const isSame = last.current === subject;
    last.current = subject;
    const known = kept.get(question);
    if (known && !isSame) setAnswer({ subject, data: known.data as Result });
    if (known && known.beat === beat && Date.now() - known.at < FRESH_MS) return;
    const asking = new AbortController();
    void asked<Result>(question, asking.signal, (outcome) => {
      if ('data' in outcome) keep(question, outcome.data);
      setAnswer((before) => ({
        ...('data' in outcome || before.subject !== subject ? {} : before),
        subject,
        ...outcome,
      }));
    });
    return () => asking.abort();
  }, [question, beat]);
  const isLoading = question !== undefined && answer.subject !== subjectOf(question);
  return { data: answer.data, error: isLoading ? undefined : answer.error, isLoading };
}

type Outcome<Result> = { data: Result; error?: never } | { error: ApiError };

/** Asks until there is an answer, or until there can be none. */
async function asked<Result>(
  question: string,
  signal: AbortSignal,
  tell: (outcome: Outcome<Result>) => void,
): Promise<void> {
  const backoff = new Backoff(DELAYS);
  while (!signal.aborted) {
    try {
      const start = performance.now();
      const data = await askShared<Result>(question, signal);
      slowest = Math.max(slowest * FADING, performance.now() - start);
      if (signal.aborted) return;
      recovered();
      tell({ data });
      return;
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof ApiError)) throw error;
      if (error.status === 401) signedOut();
      if (error.status === 0) lost();
      tell({ error });
      if (!error.isPassing) return;
      const delay = backoff.next();
      await waited(error.retryAfter === undefined ? delay : error.retryAfter * 1000, signal);
    }
  }
}

function waited(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
