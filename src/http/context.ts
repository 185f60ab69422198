import type { Secrets } from '../folder/secrets.ts';
import type { Drops } from '../hit/drops.ts';
import type { Intake } from '../hit/intake.ts';
import type { Live } from '../live/live.ts';
import type { LogImporter } from '../logs/importer.ts';
import type { DBTracker } from '../trackers/db.ts';
import type { Recorder } from '../trackers/recorder.ts';

/** All that the routes need of the rest of the house. */
export interface ServerContext {
  readonly intake: Intake;
  readonly recorder: Recorder;
  readonly drops: Drops;
  /** There with the simple or the rate tracker. */
  readonly live: Live | undefined;
  /** There with the db tracker. */
  readonly db: DBTracker | undefined;
  /** Takes logs from commands on the same data folder. There with the db tracker. */
  readonly importer: LogImporter | undefined;
  /** Whether windows are kept. */
  readonly rate: boolean;
  readonly adminToken: Secrets['adminToken'];
  /** Whether everybody may read. */
  readonly public: boolean;
  /** Prints a line for the person at the console. */
  readonly print: (line: string) => void;
  readonly now: () => number;
}
