import type { FoundFile } from './log-files.ts';

/** Intervals and time limits of a follower, in milliseconds. */
export interface FollowTimes {
  /** Between two reads of an open file that has nothing new. */
  readonly poll: number;
  /** Between two scans for files. */
  readonly scan: number;
  /** Without new data, after which a rotated file is closed. If it grows later, its new lines are still imported. */
  readonly rotatedIdle: number;
  /** The same for a file that the user named, or that matches a pattern, but whose name looks rotated. */
  readonly namedIdle: number;
  /** The same for any file, while others wait for their turn. */
  readonly crowdedIdle: number;
  /** Until a log without any file left counts as removed: renaming and compressing take a moment. */
  readonly missing: number;
}

export const FOLLOW_TIMES: FollowTimes = {
  poll: 250,
  scan: 1000,
  rotatedIdle: 60_000,
  namedIdle: 600_000,
  crowdedIdle: 1000,
  missing: 3000,
};

/** Scans until a log without any file left counts as removed: one may miss a file that is being renamed. */
export const MISSING_SCANS = 3;

/** Milliseconds without new data after which a file counts as complete. */
export function idleLimit(times: FollowTimes, as: FoundFile['as'] | undefined): number {
  if (as === 'current') return Number.POSITIVE_INFINITY;
  return as === 'named' ? times.namedIdle : times.rotatedIdle;
}
