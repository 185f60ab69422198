import { HitError } from '../errors.ts';

/** Hits and visitors of a site in one window, as a streaming job counted them. */
export interface WindowResult {
  /** '' is all together. */
  readonly site: string;
  /** The window's length, and how often one begins. */
  readonly seconds: number;
  readonly slide: number;
  /** Milliseconds since 1970; `to` is not in it. */
  readonly from: number;
  readonly to: number;
  readonly hits: number;
  readonly visitors: number;
  /** Relative standard error of visitors. */
  readonly error: number;
}

const VERSION = 1;
/** Windows of one length and site that are kept: those that began, and a few that ended. */
const MOST_WINDOWS = 128;
/** Lengths and sites. Beyond them those are forgotten of which nothing was told for longest. */
const MOST_SERIES = 50_000;
const LONGEST_SITE = 253;

/**
 * The last windows that a streaming job told of, in bounded memory: docs/spark.md describes its records.
 *
 * @example
 * const results = new WindowResults();
 * results.take('{"v":1,"site":"a.com","seconds":60,"slide":10,"from":0,"to":60000,"hits":3,"visitors":2,"error":0.01}');
 * results.find('a.com', 60, 65_000)?.hits; // 3
 */
export class WindowResults {
  /** Site and length → windows by their end. */
  readonly #series = new Map<string, Map<number, WindowResult>>();
  readonly #lengths = new Set<number>();

  /** Lengths of windows, in seconds, in order. */
  get lengths(): readonly number[] {
    return [...this.#lengths].sort((a, b) => a - b);
  }

  /**
   * Takes a record's value. One of a window that is known takes its place.
   *
   * @throws HitError `invalid` for what is none
   */
  take(text: string): void {
    const result = readResult(text);
    const key = `${result.seconds} ${result.site}`;
    const series = this.#series.get(key) ?? new Map<number, WindowResult>();
    // The one that was told of last is the last one.
    this.#series.delete(key);
    this.#series.set(key, series);
    if (this.#series.size > MOST_SERIES) this.#series.delete(this.#series.keys().next().value!);
    this.#lengths.add(result.seconds);
    series.set(result.to, result);
    if (series.size > MOST_WINDOWS) series.delete(Math.min(...series.keys()));
  }

  /**
   * The newest window that is over, or where none is, the one that will be first.
   *
   * @param site '' is all together
   * @param now milliseconds since 1970
   */
  find(site: string, seconds: number, now: number): WindowResult | undefined {
    const ends = [...(this.#series.get(`${seconds} ${site}`)?.keys() ?? [])];
    const over = ends.filter((end) => end <= now);
    const end = over.length > 0 ? Math.max(...over) : Math.min(...ends);
    return this.#series.get(`${seconds} ${site}`)?.get(end);
  }
}

function readResult(text: string): WindowResult {
  let fields: Readonly<Record<string, unknown>>;
  try {
    fields = Object(JSON.parse(text));
  } catch (error) {
    throw new HitError('invalid', 'a result is not JSON', { cause: error });
  }
  const { v, site } = fields;
  if (v !== VERSION) throw new HitError('invalid', `a result is not of version ${VERSION}`);
  if (typeof site !== 'string' || site.length > LONGEST_SITE)
    throw new HitError('invalid', '"site" is no text');
  const number = (name: string): number => {
    const value = fields[name];
    if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
    throw new HitError('invalid', `"${name}" is not a number`);
  };
  return {
    site,
    seconds: number('seconds'),
    slide: number('slide'),
    from: number('from'),
    to: number('to'),
    hits: number('hits'),
    visitors: number('visitors'),
    error: number('error'),
  };
}
