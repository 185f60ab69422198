/** `hit-tracker/rate`: hits and visitors of any window that ends now. Nothing of Node and no package, as `simple`. */

export { type ErrorCode, HitError } from '../errors.ts';
export type { CountingOptions, UncountedReason } from '../hit/counting-rule.ts';
export type { WindowCount } from '../live/live.ts';
export type { Bytes } from '../sketch/bytes.ts';
export type { NamedVisitor, NodeRequest, PeerRequest, TrackInput, WebRequest } from '../trackers/input.ts';
export { RateTracker, type RateTrackerOptions } from '../trackers/rate.ts';
export type { Uncounted } from '../trackers/request-filter.ts';
export type { KeyedVisitorOptions, VisitorOptions } from '../trackers/visitor-names.ts';
