import { render } from 'preact';
import { ApiError } from './api/api.ts';
import { lost, recovered } from './api/connection.ts';
import { statsQuery } from './api/queries.ts';
import { readSession, session } from './api/session.ts';
import { fetchShared } from './api/shared-request.ts';
import { isSettings, isStart, view } from './page/address.ts';
import { App } from './page/app.tsx';
import { now, startClock } from './page/clock.ts';
import './style/style.css';

const RETRY_MS = 1500;
/** After this time the page waits for the answer itself. */
const AHEAD_MS = 2000;

render(<App />, document.getElementById('app')!);
startClock();
await enter();

/** Asks what this browser may do, until the server answers. */
async function enter(): Promise<void> {
  try {
    await readSession();
    if (session.value?.reader) askAhead();
    recovered();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    lost();
    setTimeout(enter, RETRY_MS);
  }
}

/** Requests the counts that the page shows first, if it does, before it is rendered, which takes as long as the answer. */
function askAhead(): void {
  const { tab, filters } = view.value;
  if (isSettings.value || isStart.value || tab !== 'overview' || filters.length > 0) return;
  fetchShared(statsQuery(view.value, now.value), AbortSignal.timeout(AHEAD_MS)).catch(() => undefined);
}
