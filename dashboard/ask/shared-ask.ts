import { ask } from './api.ts';
import { turnOf } from './turn.ts';

/** A pending query, and how many callers wait for it. */
interface Flight {
  readonly answer: Promise<unknown>;
  readonly ending: AbortController;
  waiting: number;
}

const flights = new Map<string, Flight>();

/**
 * Sends one request for all callers with the same query at a time. It is aborted when none of them waits any more.
 *
 * @throws ApiError
 */
export async function askShared<Result>(question: string, signal: AbortSignal): Promise<Result> {
  const flight = flights.get(question) ?? depart(question);
  flight.waiting++;
  signal.addEventListener(
    'abort',
    () => {
      flight.waiting--;
      if (flight.waiting > 0) return;
      if (flights.get(question) === flight) flights.delete(question);
      flight.ending.abort();
    },
    { once: true },
  );
  return (await flight.answer) as Result;
}

function depart(question: string): Flight {
  const ending = new AbortController();
  const land = () => {
    if (flights.get(question) === flight) flights.delete(question);
  };
  const answer = inTurn(question, ending.signal).finally(land);
  // A caller that aborted does not get its result.
  answer.catch(() => undefined);
  const flight: Flight = { answer, ending, waiting: 0 };
  flights.set(question, flight);
  return flight;
}

async function inTurn(question: string, signal: AbortSignal): Promise<unknown> {
  const end = await turnOf(question, signal);
  try {
    return await ask(question, { signal });
  } finally {
    end();
  }
}
