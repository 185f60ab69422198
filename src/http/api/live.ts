import { HitError } from '../../errors.ts';
import { siteName } from '../../hit/site.ts';
import type { WindowCount } from '../../live/live.ts';
import { readChoice, type Words } from '../../store/words.ts';
import type { ServerContext } from '../context.ts';
import { readStreamLive, type StreamAnswer } from './stream-live.ts';

const DEFAULT_WINDOWS = '60s,5m,1h,24h';
const MOST_WINDOWS = 20;
const SOURCES = ['live', 'stream'] as const;
const UNITS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;
/** The rings go back 400 days. */
const LONGEST = 400 * 86_400;

/** A window as it was asked for, such as `5m`, and its length. */
export interface NamedWindow {
  readonly window: string;
  readonly seconds: number;
}

/** The answer of `GET /api/v1/live`. */
export interface LiveAnswer {
  readonly site: string | null;
  readonly at: string;
  /** Since when there are no newer counts: they are shared, and who has them does not answer. */
  readonly stale_since?: string;
  readonly total: { readonly hits: number; readonly visitors: number };
  readonly windows: readonly {
    readonly window: string;
    readonly seconds: number;
    readonly hits: number;
    readonly visitors: number;
    readonly hits_per_second: number;
    readonly error: number;
  }[];
}

/**
 * @param words `site`, `window` such as `60s,5m,1h,24h`, `peers=false` for what this node alone has seen, and `source=stream`
 *   for what a streaming job counted
 */
export async function readLive(context: ServerContext, words: Words): Promise<LiveAnswer | StreamAnswer> {
  if (words.source !== undefined && readChoice('source', words.source, SOURCES) === 'stream') {
    return streamLive(context, words);
  }
  if (!context.live) {
    throw new HitError('not_found', 'no live counts are kept: start the server with --tracker simple,rate');
  }
  if (!context.rate && words.window !== undefined) {
    throw new HitError('not_found', 'no windows are kept: start the server with --tracker rate');
  }
  const site = readSite(words.site);
  const names = context.rate ? readWindows(words.window) : [];
  const isAlone =
    words.peers !== undefined && readChoice('peers', words.peers, ['true', 'false']) === 'false';
  if (context.peers && !isAlone) {
    return context.peers.read(site, names);
  }
  const count = await context.live.read(
    site,
    names.map(({ seconds }) => seconds),
  );
  return {
    site: site ?? null,
    at: new Date(context.now()).toISOString(),
    ...(count.staleSince !== undefined && { stale_since: new Date(count.staleSince).toISOString() }),
    total: count.total,
    windows: answerOf(names, count.windows),
  };
}

function streamLive({ streamResults, now }: ServerContext, words: Words): StreamAnswer {
  if (!streamResults) {
    throw new HitError('not_found', 'no streaming job is known here: start the server with --stream-results');
  }
  const names = words.window === undefined ? undefined : readWindows(words.window);
  return readStreamLive(streamResults, readSite(words.site), names, now());
}

/** Counts of windows, in the words of the API. */
export function answerOf(
  names: readonly NamedWindow[],
  windows: readonly WindowCount[],
): LiveAnswer['windows'] {
  return windows.map((window, index) => ({
    window: names[index]!.window,
    seconds: window.seconds,
    hits: window.hits,
    visitors: window.visitors,
    hits_per_second: rateOf(window.hitsPerSecond),
    error: Number(window.error.toFixed(4)),
  }));
}

/**
 * Reads `60s,5m,1h,24h`, which is also the default.
 *
 * @throws HitError `invalid`
 */
export function readWindows(value: unknown): NamedWindow[] {
  if (value !== undefined && typeof value !== 'string') {
    throw new HitError('invalid', 'window is given more than once: separate windows by commas');
  }
  const windows = (value || DEFAULT_WINDOWS).split(',');
  if (windows.length > MOST_WINDOWS)
    throw new HitError('invalid', `at most ${MOST_WINDOWS} windows are given at once`);
  return windows.map((text) => {
    const match = /^(\d{1,8})([smhd])$/.exec(text.trim());
    const seconds = Number(match?.[1]) * UNITS[match?.[2] as keyof typeof UNITS];
    if (!match || seconds < 1 || seconds > LONGEST) {
      throw new HitError(
        'invalid',
        `window "${text.toWellFormed().slice(0, 40)}" is not like 17s, 5m, 24h or 30d, up to 400d`,
      );
    }
    return { window: text.trim(), seconds };
  });
}

/** @throws HitError `invalid` for what is no host name */
export function readSite(value: unknown): string | undefined {
  if (value === undefined || value === '') return undefined;
  const site = typeof value === 'string' ? siteName(value) : '';
  if (site === '') throw new HitError('invalid', 'site is no host name');
  return site;
}

/** Three digits behind the point, and of what is slow two that say something. */
export function rateOf(hitsPerSecond: number): number {
  return Number(hitsPerSecond >= 0.01 ? hitsPerSecond.toFixed(3) : hitsPerSecond.toPrecision(2));
}
