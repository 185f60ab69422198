import { render } from 'preact';
import { ApiError } from './ask/api.ts';
import { lost, recovered } from './ask/connection.ts';
import { readSession } from './ask/session.ts';
import { App } from './page/app.tsx';
import { startClock } from './page/clock.ts';
import './style/style.css';

const RETRY_MS = 1500;

render(<App />, document.getElementById('app')!);
startClock();
await enter();

/** Asks what this browser may do, until the server says it. */
async function enter(): Promise<void> {
  try {
    await readSession();
    recovered();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    lost();
    setTimeout(enter, RETRY_MS);
  }
}
