/** Hits of two months, sent to a server in batches. */

import { request } from 'node:http';
import { HUMAN_AGENTS } from './user-agents.ts';

export const PERIOD_DAYS = 60;
const DAY = 86_400_000;
const BATCH = 2000;
/** Coprime to the numbers of pages. */
const STRIDE = 7919;

/**
 * Sends hits of 60 days until now, in visits of three.
 *
 * @param hits multiple of 2,000
 * @throws Error if the server does not accept all
 */
export async function sendPeriod(
  port: number,
  token: string,
  { site, hits, pages }: { readonly site: string; readonly hits: number; readonly pages: number },
): Promise<void> {
  const begin = Date.now() - PERIOD_DAYS * DAY;
  for (let sent = 0; sent < hits; sent += BATCH) {
    const lines = Array.from({ length: BATCH }, (_, line) => {
      const at = sent + line;
      return JSON.stringify({
        ...{ site, path: `/page-${(at * STRIDE) % pages}`, visitor: `v${Math.floor(at / 3)}` },
        referrer: `https://source-${at % 97}.example/`,
        time: new Date(begin + Math.floor((at / hits) * PERIOD_DAYS * DAY)).toISOString(),
        user_agent: HUMAN_AGENTS[at % HUMAN_AGENTS.length],
      });
    });
    await post(port, token, lines.join('\n'));
  }
}

function post(port: number, token: string, body: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' };
    const options = { port, host: '127.0.0.1', method: 'POST', path: '/api/v1/hits', headers };
    const sending = request(options, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
      });
      response.on('error', reject);
      response.on('end', () => {
        const { accepted } = JSON.parse(text) as { accepted?: number };
        if (accepted === BATCH) resolve();
        else reject(new Error(`a batch was answered with ${response.statusCode}: ${text.slice(0, 500)}`));
      });
    });
    sending.on('error', reject);
    sending.end(body);
  });
}
