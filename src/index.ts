/** The library's face: the trackers, for any Node server, with no server of their own. */

export { type ErrorCode, HitError } from './errors.ts';
export type { Seen, WindowCount } from './live/live.ts';
export type { Count, SiteSummary, Stats, Top } from './store/stats.ts';
export { DBTracker, type DBTrackerOptions } from './trackers/db.ts';
export type { NamedVisitor, TrackInput } from './trackers/input.ts';
export { RateTracker, type RateTrackerOptions } from './trackers/rate.ts';
export { SimpleTracker, type SimpleTrackerOptions } from './trackers/simple.ts';
