import type { FoundFile } from './log-files.ts';

/** When a followed log is looked at, and for how long it is waited for. All in milliseconds. */
export interface FollowTimes {
  /** Between two looks at an open file that has nothing new. */
  readonly poll: number;
  /** Between two scans for files. */
  readonly scan: number;
  /** Without new data, after which a rotated file is closed. If it grows later, it is read again, and its new lines are added. */
  readonly rotatedIdle: number;
  /** The same for a file that is named, or matches a pattern, but has the name of a rotated one. */
  readonly namedIdle: number;
  /** The same for any file, while others wait for their turn. */
  readonly crowdedIdle: number;
  /** Until a log of which no file is left is given up: renaming and compressing may take a moment. */
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

/** Scans until a log of which no file is left is given up: one may miss a file that is renamed meanwhile. */
export const MISSING_SCANS = 3;

/** Milliseconds without new data after which a file counts as complete. */
export function idleLimit(times: FollowTimes, as: FoundFile['as'] | undefined): number {
  if (as === 'current') return Number.POSITIVE_INFINITY;
  return as === 'named' ? times.namedIdle : times.rotatedIdle;
}
