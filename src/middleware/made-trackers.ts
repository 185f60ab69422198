import { HitError } from '../errors.ts';
import { unknownName } from '../schema/suggestion.ts';
import { RateTracker, type RateTrackerOptions } from '../trackers/rate.ts';
import { SimpleTracker, type SimpleTrackerOptions } from '../trackers/simple.ts';
import { type CounterOptions, HitCounter, type OwnTracker, type Tracker } from './hit-counter.ts';

/** Trackers of the application. */
export type GivenTrackers = Tracker | readonly Tracker[];

/** Settings of the trackers that a middleware makes. */
export interface LiveSettings {
  readonly simple?: SimpleTrackerOptions;
  readonly rate?: RateTrackerOptions;
}

/** The trackers of these settings. */
export interface LiveTrackers {
  readonly simple: SimpleTracker;
  readonly rate: RateTracker;
}

/** The trackers that a middleware has made, by name: those that its settings name. */
export type Made<Trackers, Given> = Given extends GivenTrackers
  ? unknown
  : { readonly [Name in keyof Given & keyof Trackers]: Trackers[Name] };

/** How to make a tracker, and what the application gets of it. */
export type Makers = Readonly<
  Record<string, (settings: never) => { readonly tracker: OwnTracker; readonly shown: unknown }>
>;

export const LIVE_MAKERS: Makers = {
  simple: (settings: SimpleTrackerOptions) => shownItself(new SimpleTracker(settings)),
  rate: (settings: RateTrackerOptions) => shownItself(new RateTracker(settings)),
};

function shownItself<Shown extends Tracker>(tracker: Shown) {
  return { tracker, shown: tracker };
}

/** What every middleware has besides. */
export interface Counting {
  /** Hits that a tracker did not count because it failed, was too slow, or was closed. */
  readonly lost: number;
  /**
   * Waits for answers that are being sent and hits that are being tracked, up to `closeTimeout`, and closes trackers that the
   * middleware has made. Call it after you have told the server to close.
   */
  close(): Promise<void>;
}

const OPTIONS = ['clientAddress', 'onError', 'closeTimeout'];

/**
 * Reads the arguments of a middleware.
 *
 * @param given trackers, or settings of trackers to make
 * @returns the counter, and members for the middleware: the trackers that were made, `lost` and `close`
 * @throws HitError `invalid` for anything else, and what the trackers throw for their options
 */
export function counterOf(
  given: unknown,
  options: CounterOptions,
  makers: Makers,
): { readonly counter: HitCounter; readonly members: PropertyDescriptorMap } {
  checkOptions(options);
  const trackers = Array.isArray(given) ? given : [given];
  if (trackers.length > 0 && trackers.every(isTracker))
    return withMembers(new HitCounter(trackers, [], options), {});
  const own: OwnTracker[] = [];
  const made: PropertyDescriptorMap = {};
  for (const [name, settings] of settingsOf(given, makers)) {
    const { tracker, shown } = makers[name]!(settings as never);
    own.push(tracker);
    made[name] = { value: shown, enumerable: true };
  }
  return withMembers(new HitCounter([], own, options), made);
}

function withMembers(counter: HitCounter, made: PropertyDescriptorMap) {
  const members: PropertyDescriptorMap = {
    ...made,
    lost: { get: () => counter.lost, enumerable: true },
    close: { value: () => counter.close(), enumerable: true },
    [Symbol.asyncDispose]: { value: () => counter.close() },
  };
  return { counter, members };
}

function isTracker(given: unknown): given is Tracker {
  return typeof (given as Partial<Tracker> | null | undefined)?.track === 'function';
}

function settingsOf(given: unknown, makers: Makers): [string, unknown][] {
  const names = Object.keys(makers);
  const isObject = typeof given === 'object' && given !== null && !Array.isArray(given);
  const settings = isObject ? Object.entries(given).filter(([, value]) => value !== undefined) : [];
  if (settings.length === 0)
    throw new HitError(
      'invalid',
      `a middleware needs a tracker, a list of trackers, or settings of trackers to make: { ${names.join(': {…}, ')}: {…} }`,
    );
  for (const [name, value] of settings) {
    if (!names.includes(name)) throw unknownName('tracker', name, names);
    if (typeof value !== 'object' || value === null)
      throw new HitError('invalid', `${name} must be the options of a tracker, such as {}`);
  }
  return settings;
}

/** From JavaScript, anything may come. */
function checkOptions(options: CounterOptions & { readonly clientAddress?: unknown }): void {
  if (typeof options !== 'object' || options === null)
    throw new HitError('invalid', 'the options of a middleware must be an object');
  for (const name of Object.keys(options))
    if (!OPTIONS.includes(name)) throw unknownName('option', name, OPTIONS);
  for (const name of ['clientAddress', 'onError'] as const)
    if (options[name] !== undefined && typeof options[name] !== 'function')
      throw new HitError('invalid', `${name} must be a function`);
  const { closeTimeout = 0 } = options;
  if (typeof closeTimeout !== 'number' || !(closeTimeout >= 0 && closeTimeout < 2 ** 31))
    throw new HitError('invalid', `closeTimeout must be a number of milliseconds from 0 to ${2 ** 31 - 1}`);
}
