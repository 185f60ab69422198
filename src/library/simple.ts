/** `hit-tracker/simple`: all-time hits and visitors. Nothing of Node and no package: it runs in Workers and browsers, too. */

export { type ErrorCode, HitError } from '../errors.ts';
export type { CountingOptions, UncountedReason } from '../hit/counting-rule.ts';
export type { Seen } from '../live/live.ts';
export type { Bytes } from '../sketch/bytes.ts';
export type { NamedVisitor, NodeRequest, PeerRequest, TrackInput, WebRequest } from '../trackers/input.ts';
export type { Uncounted } from '../trackers/request-filter.ts';
export { SimpleTracker, type SimpleTrackerOptions } from '../trackers/simple.ts';
export type { KeyedVisitorOptions, VisitorOptions } from '../trackers/visitor-names.ts';
