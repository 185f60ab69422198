import { HitError } from '../errors.ts';

/** Hits and visitors of a site in one window, as counted by a streaming job. */
export interface WindowResult {
  /** '' is all sites together. */
  readonly site: string;
  /** The window's length, and the interval at which windows begin. */
  readonly seconds: number;
  readonly slide: number;
  /** Milliseconds since 1970; `to` is exclusive. */
  readonly from: number;
  readonly to: number;
  readonly hits: number;
  readonly visitors: number;
  /** Relative standard error of visitors. */
  readonly error: number;
}

const VERSION = 1;
/** Windows kept per length and site: those that have begun, and a few that have ended. */
const MOST_WINDOWS = 128;
/** Maximum series (length and site). Beyond it, the least recently updated series is dropped. */
const MOST_SERIES = 50_000;
const LONGEST_SITE = 253;

/**
 * The latest windows reported by a streaming job, in bounded memory: docs/spark.md describes its records.
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
   * Adds a record's value. A later record of the same window replaces the earlier one.
   *
   * @throws HitError `invalid` if the value is not a result
   */
  take(text: string): void {
    const result = readResult(text);
    const key = `${result.seconds} ${result.site}`;
    const series = this.#series.get(key) ?? new Map<number, WindowResult>();
    // The last updated series comes last.
    this.#series.delete(key);
    this.#series.set(key, series);
    if (this.#series.size > MOST_SERIES) this.#series.delete(this.#series.keys().next().value!);
    this.#lengths.add(result.seconds);
    series.set(result.to, result);
    if (series.size > MOST_WINDOWS) series.delete(Math.min(...series.keys()));
  }

  /**
   * The newest window that has ended or, if none has, the one that will end first.
   *
   * @param site '' is all sites together
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
  if (v !== VERSION) throw new HitError('invalid', `a result does not have version ${VERSION}`);
  if (typeof site !== 'string' || site.length > LONGEST_SITE)
    throw new HitError('invalid', '"site" is not a string');
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
