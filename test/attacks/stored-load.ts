/** Hits of a busy site, sent to a server in batches, for attacks by expensive queries. */
import assert from 'node:assert/strict';
import { type AnyServer, BEARER, FIREFOX } from '../fixtures/any-server.ts';

const BATCH = 20_000;
const DAY = 86_400_000;

/**
 * Stores hits of 60 days until now, in visits of three.
 *
 * @param count multiple of 20,000
 */
export async function storeHits(server: AnyServer, site: string, count: number): Promise<void> {
  const begin = Date.now() - 60 * DAY;
  for (let sent = 0; sent < count; sent += BATCH) {
    const lines = Array.from({ length: BATCH }, (_, line) => {
      const at = sent + line;
      return JSON.stringify({
        ...{ site, path: `/page-${(at * 7919) % 5000}`, visitor: `v${Math.floor(at / 3)}` },
        referrer: `https://source-${at % 97}.example/`,
        ...{ time: new Date(begin + Math.floor((at / count) * 60 * DAY)).toISOString(), user_agent: FIREFOX },
      });
    });
    const answer = await server.send('/api/v1/hits', {
      method: 'POST',
      headers: { ...BEARER, 'content-type': 'application/x-ndjson' },
      body: lines.join('\n'),
    });
    assert.equal(answer.status, 202, answer.text);
  }
}
