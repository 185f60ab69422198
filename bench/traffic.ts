/**
 * The traffic of a busy site: requests of its pages' pixels, and batches from its servers. The pages, people and agents
 * are those of `access-log.ts`.
 */

import { addressOf, PAGES, pagePath, REFERRERS, rank, SITE } from './access-log.ts';
import { HUMAN_AGENTS } from './user-agents.ts';

/** The site, and its tracker's host: so the cookie is first-party. */
const HOST = new URL(SITE).host;
const TRACKER_HOST = `stats.${HOST}`;
/** Countries of visitors in batches. */
const PLACES = 50_000;
/** Multiples of these are spread evenly over 0 to 1, independently of each other. */
const GOLDEN = 0.6180339887;
const SILVER = 0.4142135624;

/** A hit as `POST /api/v1/hits` accepts it. */
export interface BatchHit {
  readonly site: string;
  readonly path: string;
  readonly referrer: string;
  readonly address: string;
  readonly user_agent: string;
  readonly language: string;
}

/**
 * Complete HTTP requests of `GET /hit.gif`, each for another page, as browsers send them. None has a cookie, which is the
 * more expensive case: each answer sets one.
 */
export function pixelRequests(count: number): string[] {
  return Array.from({ length: count }, (_, i) => {
    const page = pagePath(i % PAGES);
    const query = new URLSearchParams({ site: HOST, path: page, referrer: referrerOf(i) });
    return [
      `GET /hit.gif?${query} HTTP/1.1`,
      `Host: ${TRACKER_HOST}`,
      `User-Agent: ${agentOf(i)}`,
      'Accept: image/avif,image/webp,image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5',
      'Accept-Language: en-US,en;q=0.5',
      'Accept-Encoding: gzip, deflate, br, zstd',
      `Referer: ${SITE}/`,
      'Connection: keep-alive',
      '\r\n',
    ].join('\r\n');
  });
}

/** Bodies for `POST /api/v1/hits`: a few frequent visitors, and very many who come once. */
export function batchBodies(batches: number, hitsEach: number): Buffer[] {
  return Array.from({ length: batches }, (_, batch) => {
    const hits = Array.from({ length: hitsEach }, (_, i) => batchHit(batch * hitsEach + i));
    return Buffer.from(JSON.stringify(hits));
  });
}

function batchHit(i: number): BatchHit {
  const place = rank(PLACES, (i * GOLDEN) % 1);
  return {
    site: HOST,
    path: pagePath(rank(PAGES, (i * SILVER) % 1)),
    referrer: referrerOf(i),
    address: addressOf(place),
    user_agent: agentOf(place),
    language: 'en-US,en;q=0.5',
  };
}

function agentOf(i: number): string {
  return HUMAN_AGENTS[rank(HUMAN_AGENTS.length, (i * GOLDEN) % 1)]!;
}

function referrerOf(i: number): string {
  const referrer = REFERRERS[rank(REFERRERS.length, (i * SILVER) % 1)]!;
  return referrer === '-' ? '' : referrer;
}
