import { signal } from '@preact/signals';
import type { Live } from './answer-types.ts';
import { ApiError, request, withParams } from './api.ts';
import { lost, recovered } from './connection.ts';
import { signedOut } from './session.ts';

/** How often to poll if there are no events. */
const POLL_MS = 2000;
/** After this long without an event, which come every second, or without an answer, the connection is lost. */
const SILENCE_MS = 6000;

/** Live counts; undefined until the first. */
export const live = signal<Live | undefined>(undefined);
/** Set if the server has no live counts: its message. */
export const liveFault = signal<string | undefined>(undefined);

/**
 * Live counts, every second, while it is open. They are server-sent events; if none arrive, as when the server was down, it
 * is polled, and events are tried again. A hidden page has no connection: browsers open six to a server, for all tabs together, so
 * a seventh tab would load nothing.
 *
 * @param site '' for all sites
 * @param window such as `60s,5m`
 * @returns closes it
 */
export function openLiveFeed(site: string, window: string): () => void {
  const closing = new AbortController();
  const params = { site: site === '' ? undefined : site, window };
  void follow(params, closing.signal);
  return () => closing.abort();
}

async function follow(params: Record<string, string | undefined>, signal: AbortSignal): Promise<void> {
  do {
    await visible(signal);
    if (signal.aborted) return;
    await events(withParams('/api/v1/live/events', params), signal);
    if (document.hidden) continue;
    if (!(await read(withParams('/api/v1/live', params), signal))) return;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  } while (!signal.aborted);
}

/** Resolves when the page is visible. */
function visible(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (document.hidden && !signal.aborted) return;
      document.removeEventListener('visibilitychange', look);
      signal.removeEventListener('abort', look);
      resolve();
    };
    document.addEventListener('visibilitychange', look);
    signal.addEventListener('abort', look);
    look();
  });
}

/** Resolves when no more events come, or the page is hidden. */
function events(path: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const source = new EventSource(path);
    let silence: ReturnType<typeof setTimeout>;
    const end = () => {
      clearTimeout(silence);
      signal.removeEventListener('abort', end);
      document.removeEventListener('visibilitychange', end);
      source.close();
      resolve();
    };
    const wait = () => {
      clearTimeout(silence);
      silence = setTimeout(() => {
        // A server that hangs keeps its connections.
        lost();
        end();
      }, SILENCE_MS);
    };
    wait();
    signal.addEventListener('abort', end);
    document.addEventListener('visibilitychange', end);
    source.addEventListener('live', (event: MessageEvent<string>) => {
      wait();
      took(JSON.parse(event.data) as Live);
    });
    // An event source does not say whether the server is down or refuses: a query will.
    source.addEventListener('error', end);
  });
}

/** @returns whether to continue */
async function read(path: string, signal: AbortSignal): Promise<boolean> {
  try {
    took(await request<Live>(path, { signal: AbortSignal.any([signal, AbortSignal.timeout(SILENCE_MS)]) }));
  } catch (error) {
    if (signal.aborted) return false;
    if (error instanceof DOMException && error.name === 'TimeoutError') {
      lost();
      return true;
    }
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 401) signedOut();
    if (error.status === 0) lost();
    if (error.status === 404) liveFault.value = error.message;
    return error.isPassing;
  }
  return true;
}

function took(answer: Live): void {
  recovered();
  liveFault.value = undefined;
  live.value = answer;
}
