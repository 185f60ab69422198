/** `hit-tracker/sketch`: what the trackers are made of, and their hash. Nothing of Node and no package, as `simple`. */

export { type ErrorCode, HitError } from '../errors.ts';
export { type Digest, KeyedHash } from '../hit/hash.ts';
export { BloomFilter } from '../sketch/bloom.ts';
export { bitsPerVisitorAt } from '../sketch/bloom-size.ts';
export type { Bytes } from '../sketch/bytes.ts';
export { LastSeenSketch, type VisitorEstimate } from '../sketch/last-seen.ts';
export type { LastSeenOptions } from '../sketch/last-seen-options.ts';
export { HitRing, type HitRingOptions } from '../sketch/ring.ts';
