/**
 * What comes in while a site is busy: the requests of its pages' pixels, and the batches that its servers send. The
 * pages, people and agents are those of `access-log.ts`.
 */

import { addressOf, PAGES, pagePath, REFERRERS, rank, SITE } from './access-log.ts';
import { HUMAN_AGENTS } from './user-agents.ts';

/** The site, and the host on which it has its tracker: so the cookie is first-party. */
const HOST = new URL(SITE).host;
const TRACKER_HOST = `stats.${HOST}`;
/** Places from which batches tell of visitors. */
const PLACES = 50_000;
/** Multiples of these spread evenly over 0 to 1, and not in step with one another. */
const GOLDEN = 0.6180339887;
const SILVER = 0.4142135624;

/** A hit as `POST /api/v1/hits` takes it. */
export interface BatchHit {
  readonly site: string;
  readonly path: string;
  readonly referrer: string;
  readonly address: string;
  readonly user_agent: string;
  readonly language: string;
}

/**
 * Whole HTTP requests of `GET /hit.gif`, each of another page, as browsers send them. None has a cookie yet, which is
 * the dearer case: each answer gives one.
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

/** Bodies for `POST /api/v1/hits`: few visitors who come all the time, and very many who come once. */
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
