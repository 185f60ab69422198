/** So many questions are with the server at a time: its database answers few at once, and in the order in which they come. */
const AT_ONCE = 2;

/** What people look at first is asked for first: the beginning of a question → its turn. */
const ORDER = ['/api/v1/stats', '/api/v1/sites', '/api/v1/top'];

interface Waiting {
  readonly place: number;
  readonly start: () => void;
}

let underWay = 0;
/** In the order of their turns. */
const waiting: Waiting[] = [];

/**
 * Waits for a question's turn.
 *
 * @returns ends the turn
 * @throws what the signal was aborted with
 */
export async function turnOf(question: string, signal: AbortSignal): Promise<() => void> {
  if (underWay >= AT_ONCE) await queued(placeOf(question), signal);
  else underWay++;
  return pass;
}

/** Gives the turn to the next one. */
function pass(): void {
  const next = waiting.shift();
  if (next) next.start();
  else underWay--;
}

function queued(place: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const entry = {
      place,
      start: () => {
        signal.removeEventListener('abort', leave);
        resolve();
      },
    };
    const leave = () => {
      waiting.splice(waiting.indexOf(entry), 1);
      reject(signal.reason);
    };
    signal.addEventListener('abort', leave, { once: true });
    const after = waiting.findIndex((other) => other.place > place);
    waiting.splice(after < 0 ? waiting.length : after, 0, entry);
  });
}

function placeOf(question: string): number {
  const place = ORDER.findIndex((path) => question.startsWith(path));
  return place < 0 ? ORDER.length : place;
}
