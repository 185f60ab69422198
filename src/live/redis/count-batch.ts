import type { CountedHit, Seen } from '../live.ts';
import { type Bucket, HIT_LEVELS, secondsLeft, VISITOR_LEVELS } from './buckets.ts';
import { SiteKeys } from './keys.ts';

/** How all-time visitors are counted: by a Bloom filter if the server supports it, else by a HyperLogLog. */
export type AllTime = 'bloom' | 'log';

/** The arguments of a call of `count.lua`. */
export interface CountCall {
  readonly tag: string;
  readonly keys: readonly string[];
  readonly args: readonly string[];
}

export interface CountScope {
  /** Identifies this process. */
  readonly node: string;
  readonly allTime: AllTime;
  /** Planned capacity of a new Bloom filter. */
  readonly expectedVisitors: number;
  /** Whether windows are kept. */
  readonly rate: boolean;
}

/**
 * Builds the call that counts a batch of hits of one site, or of all sites.
 *
 * @param hits in order of time, none later than now
 * @param sequence number of the batch, increasing
 * @param now milliseconds since 1970
 */
export function countCall(
  tag: string,
  hits: readonly CountedHit[],
  sequence: number,
  now: number,
  scope: CountScope,
): CountCall {
  const names = new SiteKeys(tag);
  const keys = [names.totals, names.visitors(scope.allTime), names.node(scope.node)];
  const args = [String(sequence), scope.allTime, String(scope.expectedVisitors), String(hits.length)];
  for (const hit of hits) args.push(memberOf(hit));
  if (scope.rate) {
    for (const level of HIT_LEVELS) {
      for (const { bucket, first, last } of groupsBySite(hits, level)) {
        const { key, field } = names.hitsOf(bucket);
        const left = secondsLeft(bucket, now, level.fields);
        if (left <= 0) continue;
        keys.push(key);
        args.push(field, String(last - first + 1), String(left));
      }
    }
  }
  args.push('-');
  if (scope.rate) {
    for (const level of VISITOR_LEVELS) {
      for (const { bucket, first, last } of groupsBySite(hits, level)) {
        const left = secondsLeft(bucket, now);
        if (left <= 0) continue;
        keys.push(names.visitorsOf(bucket));
        args.push(String(first), String(last), String(left));
      }
    }
  }
  return { tag, keys, args };
}

/**
 * Parses the script's reply into a result for each hit of the batch.
 *
 * @throws Error if the reply is not valid
 */
export function parseReply(reply: unknown): Seen[] {
  const [, hits, visitors, flags = ''] = /^(\d+) (\d+) ([01]*)$/.exec(String(reply)) ?? [];
  if (hits === undefined) throw new Error('Redis sent an unexpected reply to a batch');
  const seen: Seen[] = new Array(flags.length);
  let unique = Number(visitors);
  for (let i = flags.length - 1; i >= 0; i--) {
    const isNew = flags[i] === '1';
    seen[i] = { isNew, unique, total: Number(hits) - (flags.length - 1 - i) };
    if (isNew) unique--;
  }
  return seen;
}

/** 16 hexadecimal digits. */
function memberOf({ visitorHigh, visitorLow }: CountedHit): string {
  return visitorHigh.toString(16).padStart(8, '0') + visitorLow.toString(16).padStart(8, '0');
}

/** Runs of consecutive hits in the same bucket, by their positions, from 1. */
function* groupsBySite(
  hits: readonly CountedHit[],
  level: Bucket['level'],
): Generator<{ bucket: Bucket; first: number; last: number }> {
  let first = 0;
  for (let i = 1; i <= hits.length; i++) {
    const number = Math.floor(hits[first]!.time / level.bucketMs);
    if (i < hits.length && Math.floor(hits[i]!.time / level.bucketMs) === number) continue;
    yield { bucket: { level, number }, first: first + 1, last: i };
    first = i;
  }
}
