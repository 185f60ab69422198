/** Maximum number of concurrent queries: the server's database answers few at once, in the order of their arrival. */
const AT_ONCE = 2;

const COUNTS = '/api/v1/stats';
/** Beginnings of queries, those for what people look at first first. */
const ORDER = [
  COUNTS,
  '/api/v1/sites',
  '/api/v1/query\n{"dimensions":["time:',
  '/api/v1/query',
  '/api/v1/top',
];

interface Waiting {
  readonly place: number;
  readonly weight: number;
  readonly start: () => void;
}

let free = AT_ONCE;
/** In the order of their turns. */
const waiting: Waiting[] = [];

/**
 * Waits for a query's turn.
 *
 * @returns ends the turn
 * @throws what the signal was aborted with
 */
export async function turnOf(query: string, signal: AbortSignal): Promise<() => void> {
  const weight = weightOf(query);
  await queued({ place: placeOf(query), weight }, signal);
  return () => {
    free += weight;
    startNext();
  };
}

function queued(kind: Omit<Waiting, 'start'>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const entry = {
      ...kind,
      start: () => {
        signal.removeEventListener('abort', leave);
        resolve();
      },
    };
    const leave = () => {
      waiting.splice(waiting.indexOf(entry), 1);
      reject(signal.reason);
      startNext();
    };
    signal.addEventListener('abort', leave, { once: true });
    const after = waiting.findIndex((other) => other.place > kind.place);
    waiting.splice(after < 0 ? waiting.length : after, 0, entry);
    startNext();
  });
}

function startNext(): void {
  for (let next = waiting[0]; next && next.weight <= free; next = waiting[0]) {
    waiting.shift();
    free -= next.weight;
    next.start();
  }
}

function placeOf(query: string): number {
  const place = ORDER.findIndex((path) => query.startsWith(path));
  return place < 0 ? ORDER.length : place;
}

/** Counts of hits and visitors, which the page shows first, are queried alone. */
function weightOf(query: string): number {
  return query.startsWith(COUNTS) ? AT_ONCE : 1;
}
