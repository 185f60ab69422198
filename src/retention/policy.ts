import { HitError } from '../errors.ts';
import { siteName } from '../hit/site.ts';
import type { Ages } from '../settings/ages.ts';

const DAY = 86_400_000;

/** How long hits and rollups are kept. Sites have their names as they are in the store. */
export interface RetentionPolicy {
  readonly hits: Ages;
  readonly rollups: Ages;
}

/**
 * A policy as it is set.
 *
 * @throws HitError `bad_setting` for a site that is not a host name, or that is named twice
 */
export function retentionPolicy(hits: Ages, rollups: Ages): RetentionPolicy {
  return { hits: named(hits, '--keep-hits'), rollups: named(rollups, '--keep-rollups') };
}

/**
 * The moment before which all goes: the start of a UTC day, so that a day goes when the whole of it is too old.
 *
 * @param days how long something is kept
 * @returns milliseconds since 1970; 0 for what is kept for ever
 */
export function cutoffOf(days: number, now: number): number {
  return Math.max(0, Math.floor((now - days * DAY) / DAY) * DAY);
}

function named({ usual, bySite }: Ages, flag: string): Ages {
  const sites = new Map<string, number>();
  for (const [text, days] of bySite) {
    const site = siteName(text);
    if (site === '') throw new HitError('bad_setting', `${flag}: "${text}" is not a host name`);
    if (sites.has(site)) throw new HitError('bad_setting', `${flag}: ${site} is named twice`);
    sites.set(site, days);
  }
  return { usual, bySite: sites };
}
