import { HitError } from '../../errors.ts';
import {
  choice,
  described,
  extended,
  list,
  NUMBER,
  nullable,
  object,
  type Static,
  TEXT,
  TIME,
} from '../../schema/schema.ts';
import type { WindowResults } from '../../stream/window-results.ts';
import { type NamedWindow, rateOf, WINDOW_COUNT } from '../live-answer.ts';

export const STREAM_LIVE = object({
  site: described(nullable(TEXT), 'null for all sites'),
  at: TIME,
  source: choice(['stream']),
  windows: list(
    extended(WINDOW_COUNT, {
      /** The counted window: the newest one that has ended. */
      from: TIME,
      to: TIME,
      age_seconds: described(
        { ...NUMBER, type: 'integer' },
        'since the window ended; negative while it has not ended',
      ),
    }),
  ),
});

/** The answer of `GET /api/v1/live?source=stream`. */
export type StreamAnswer = Static<typeof STREAM_LIVE>;

/**
 * The counts of a streaming job.
 *
 * @param names requested windows, of lengths that the job has; undefined for all of them
 * @throws HitError `not_ready` before the first result, `invalid` for other lengths
 */
export function readStreamLive(
  results: WindowResults,
  site: string | undefined,
  names: readonly NamedWindow[] | undefined,
  now: number,
): StreamAnswer {
  const { lengths } = results;
  if (lengths.length === 0) {
    throw new HitError(
      'not_ready',
      'the streaming job has sent no result yet: check that it is running, see docs/spark.md',
      {
        retryAfter: 10,
      },
    );
  }
  const asked = names ?? lengths.map((seconds) => ({ window: `${seconds}s`, seconds }));
  return {
    site: site ?? null,
    at: new Date(now).toISOString(),
    source: 'stream',
    windows: asked.map((name) => windowOf(results, site ?? '', name, now)),
  };
}

function windowOf(
  results: WindowResults,
  site: string,
  { window, seconds }: NamedWindow,
  now: number,
): StreamAnswer['windows'][number] {
  const all = results.find('', seconds, now);
  if (!all) {
    const known = results.lengths.map((length) => `${length}s`).join(', ');
    throw new HitError(
      'invalid',
      `window "${window}" is not counted by the streaming job, which counts ${known}`,
    );
  }
  const own = results.find(site, seconds, now);
  // A site without hits in the newest window is missing from it.
  const { hits, visitors } = own?.to === all.to ? own : { hits: 0, visitors: 0 };
  return {
    ...{ window, seconds, hits, visitors },
    hits_per_second: rateOf(hits / seconds),
    error: all.error,
    from: new Date(all.from).toISOString(),
    to: new Date(all.to).toISOString(),
    age_seconds: Math.round((now - all.to) / 1000),
  };
}
