import type { DBTracker } from '../trackers/db.ts';
import type { DBTrackerOptions } from '../trackers/db-options.ts';
import type { TrackInput } from '../trackers/input.ts';
import type { OwnTracker } from './hit-counter.ts';
import {
  type Counting,
  LIVE_MAKERS,
  type LiveSettings,
  type LiveTrackers,
  type Makers,
} from './made-trackers.ts';

/** Settings of the trackers that a middleware of Node makes. */
export interface NodeSettings extends LiveSettings {
  readonly db?: DBTrackerOptions;
}

/** The trackers of these settings. The database is opened meanwhile: hits wait for it. */
export interface NodeTrackers extends LiveTrackers {
  readonly db: Promise<DBTracker>;
}

/** What every middleware of Node has besides. */
export interface NodeCounting extends Counting, AsyncDisposable {}

export const NODE_MAKERS: Makers = {
  ...LIVE_MAKERS,
  db: (settings: DBTrackerOptions) => {
    const tracker = new OpeningDatabase(settings);
    return { tracker, shown: tracker.opened };
  },
};

/** A database tracker that takes hits while it is being opened. */
class OpeningDatabase implements OwnTracker {
  readonly opened: Promise<DBTracker>;

  constructor(settings: DBTrackerOptions) {
    this.opened = open(settings);
    // Each hit fails with it, and so does every caller that waits for the tracker.
    this.opened.catch(() => undefined);
  }

  async track(input: TrackInput): Promise<void> {
    await (await this.opened).track(input);
  }

  async close(): Promise<void> {
    const db = await this.opened.catch(() => undefined);
    await db?.close();
  }
}

/** Loads the store only if there is one. */
async function open(settings: DBTrackerOptions): Promise<DBTracker> {
  const { DBTracker } = await import('../trackers/db.ts');
  return DBTracker.open(settings);
}
