/** The library's face: the trackers and what they are made of, for any Node server, with no server of their own. */

export { type ErrorCode, HitError } from './errors.ts';
export { type Digest, KeyedHash } from './hit/hash.ts';
export type { Seen, WindowCount } from './live/live.ts';
export type { SiteSummary, Stats, Top } from './query/answers.ts';
export type { Count } from './query/counts.ts';
export type { Goal } from './query/engine/query.ts';
export type { QueryAnswer } from './query/query-schemas.ts';
export type { StoredFunnel } from './query/resources/funnel-reader.ts';
export type { FunnelResult, JourneysResult, RetentionResult } from './query/visit-schemas.ts';
export { BloomFilter } from './sketch/bloom.ts';
export { bitsPerVisitorAt } from './sketch/bloom-size.ts';
export { LastSeenSketch, type VisitorEstimate } from './sketch/last-seen.ts';
export type { LastSeenOptions } from './sketch/last-seen-options.ts';
export { HitRing } from './sketch/ring.ts';
export { DBTracker } from './trackers/db.ts';
export type { DBTrackerOptions } from './trackers/db-options.ts';
export type { NamedVisitor, PeerRequest, TrackInput } from './trackers/input.ts';
export { RateTracker, type RateTrackerOptions } from './trackers/rate.ts';
export { SimpleTracker, type SimpleTrackerOptions } from './trackers/simple.ts';
export type { KeyedVisitorOptions, VisitorOptions } from './trackers/visitor-names.ts';
