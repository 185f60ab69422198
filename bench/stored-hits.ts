import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerProcess } from './server-process.ts';

const TIMEOUT_SECONDS = 120;
const LOOK_MS = 100;

/**
 * Number of hits in a server's store, including bots, once everything that the server accepted has arrived.
 *
 * @throws Error if they do not reach the store within two minutes
 */
export async function storedHits(server: ServerProcess, token: string): Promise<number> {
  const ask = async (path: string) => {
    const response = await fetch(server.url + path, { headers: { authorization: `Bearer ${token}` } });
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    return response;
  };
  const end = performance.now() + TIMEOUT_SECONDS * 1000;
  // Requests of a disconnected client may still arrive: it is over when no more are accepted between two checks.
  let accepted = -1;
  for (;;) {
    const metrics = await (await ask('/metrics')).text();
    const before = accepted;
    accepted = metric(metrics, 'hit_tracker_hits_accepted_total');
    if (accepted === before && metric(metrics, 'hit_tracker_spool_bytes') === 0) break;
    if (performance.now() > end) throw new Error('the store did not take the hits that the spool holds');
    await sleep(LOOK_MS);
  }
  const stats = (await (await ask('/api/v1/stats?bots=include')).json()) as { totals: { hits: number } };
  return stats.totals.hits;
}

function metric(metrics: string, name: string): number {
  const value = new RegExp(`^${name} (\\S+)$`, 'm').exec(metrics)?.[1];
  if (value === undefined) throw new Error(`the server has no metric ${name}`);
  return Number(value);
}
