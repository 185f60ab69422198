import { requestText } from './api.ts';
import { turnOf } from './turn.ts';

/** A pending query, and the number of callers waiting for it. */
interface SharedRequest {
  readonly answer: Promise<unknown>;
  readonly controller: AbortController;
  waiting: number;
}

const requests = new Map<string, SharedRequest>();

/**
 * Sends a single request for concurrent callers with the same query. It is aborted when none of them is waiting.
 *
 * @throws ApiError
 */
export async function fetchShared<Result>(query: string, signal: AbortSignal): Promise<Result> {
  const shared = requests.get(query) ?? startRequest(query);
  shared.waiting++;
  signal.addEventListener(
    'abort',
    () => {
      shared.waiting--;
      if (shared.waiting > 0) return;
      if (requests.get(query) === shared) requests.delete(query);
      shared.controller.abort();
    },
    { once: true },
  );
  return (await shared.answer) as Result;
}

function startRequest(query: string): SharedRequest {
  const controller = new AbortController();
  const finish = () => {
    if (requests.get(query) === shared) requests.delete(query);
  };
  const answer = inTurn(query, controller.signal).finally(finish);
  // An aborted caller does not get the result.
  answer.catch(() => undefined);
  const shared: SharedRequest = { answer, controller, waiting: 0 };
  requests.set(query, shared);
  return shared;
}

async function inTurn(query: string, signal: AbortSignal): Promise<unknown> {
  const end = await turnOf(query, signal);
  try {
    return await requestText(query, signal);
  } finally {
    end();
  }
}
