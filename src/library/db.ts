/** `hit-tracker/db`: hits in a database, for any period. It loads the embedded engine when it opens a store in a folder. */

export { type ErrorCode, HitError } from '../errors.ts';
export type { CountingOptions, UncountedReason } from '../hit/counting-rule.ts';
export type { SiteSummary, Stats, Top } from '../query/answers.ts';
export type { Count } from '../query/counts.ts';
export type { Goal } from '../query/engine/query.ts';
export type { QueryAnswer } from '../query/query-schemas.ts';
export type { StoredFunnel } from '../query/resources/funnel-reader.ts';
export type { FunnelResult, JourneysResult, RetentionResult } from '../query/visit-schemas.ts';
export { DBTracker } from '../trackers/db.ts';
export type { DBTrackerOptions } from '../trackers/db-options.ts';
export type { NamedVisitor, NodeRequest, PeerRequest, TrackInput, WebRequest } from '../trackers/input.ts';
export type { Uncounted } from '../trackers/request-filter.ts';
