/** Counts of windows that end now, in the format of the API: the request and the answer. */
import { HitError } from '../errors.ts';
import { siteName } from '../hit/site-name.ts';
import type { WindowCount } from '../live/live.ts';
import { readWindow } from '../live/window-text.ts';
import { parameter } from '../schema/parameter.ts';
import {
  COUNT,
  described,
  list,
  matching,
  NUMBER,
  nullable,
  object,
  type Static,
  TEXT,
  TIME,
} from '../schema/schema.ts';
import { DURATION } from '../timing/duration.ts';

const DEFAULT_WINDOWS = '60s,5m,1h,24h';
const MOST_WINDOWS = 20;

/** A window as requested, such as `5m`, and its length. */
export interface NamedWindow {
  readonly window: string;
  readonly seconds: number;
}

/** Parameters of a query for one site, or for all. */
export const SITE_PARAMETERS = { site: parameter(TEXT, 'one site; default: all', 'example.com') };

/** Parameters of a query for windows. */
export const WINDOW_PARAMETERS = {
  ...SITE_PARAMETERS,
  window: parameter(
    list(matching(DURATION), MOST_WINDOWS),
    `windows that end now: a number and s, m, h or d, up to 400d; default: ${DEFAULT_WINDOWS}`,
    ['17s', '5m', '24h'],
  ),
};

export const WINDOW_COUNT = object({
  /** As requested, such as `5m`. */
  window: TEXT,
  seconds: COUNT,
  hits: COUNT,
  visitors: COUNT,
  hits_per_second: NUMBER,
  error: described(NUMBER, 'relative standard error of visitors'),
});

export const LIVE = object(
  {
    site: described(nullable(TEXT), 'null for all sites'),
    at: TIME,
    total: object({ hits: COUNT, visitors: COUNT }),
    windows: list(WINDOW_COUNT),
  },
  {
    stale_since: described(TIME, 'time of the counts, if the server that has them does not answer'),
  },
);

/** The answer of `GET /api/v1/live`. */
export type LiveAnswer = Static<typeof LIVE>;

/** Counts of windows, in the format of the API. */
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
    throw new HitError('invalid', `at most ${MOST_WINDOWS} windows are allowed`);
  return windows.map((text) => {
    const seconds = readWindow(text.trim());
    if (seconds === undefined) {
      throw new HitError(
        'invalid',
        `window "${text.toWellFormed().slice(0, 40)}" is not a window such as 17s, 5m, 24h or 30d, up to 400d`,
      );
    }
    return { window: text.trim(), seconds };
  });
}

/** @throws HitError `invalid` for text that is not a host name */
export function readSite(value: unknown): string | undefined {
  if (value === undefined || value === '') return undefined;
  const site = typeof value === 'string' ? siteName(value) : '';
  if (site === '') throw new HitError('invalid', 'site is not a host name');
  return site;
}

/** Three decimal places, or two significant digits of a low rate. */
export function rateOf(hitsPerSecond: number): number {
  return Number(hitsPerSecond >= 0.01 ? hitsPerSecond.toFixed(3) : hitsPerSecond.toPrecision(2));
}
