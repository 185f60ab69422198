import type { Archives } from '../archive/archives.ts';
import type { PublicSites } from '../folder/public-sites.ts';
import type { SaltHealth } from '../folder/salt-agreement.ts';
import type { Secrets } from '../folder/secrets.ts';
import type { Tokens } from '../folder/tokens.ts';
import type { Drops } from '../hit/drops.ts';
import type { Intake } from '../hit/intake.ts';
import type { DailySalts } from '../hit/salts.ts';
import type { Live } from '../live/live.ts';
import type { LogImporter } from '../logs/importer.ts';
import type { Retention } from '../retention/retention.ts';
import type { RetentionJob } from '../retention/retention-job.ts';
import type { Spool } from '../spool/spool.ts';
import type { Publisher } from '../stream/publisher.ts';
import type { WindowResults } from '../stream/window-results.ts';
import type { DBTracker } from '../trackers/db.ts';
import type { HitRecorder } from '../trackers/recorder.ts';
import type { Peers } from './peers/peers.ts';
import type { ServedSettings } from './served-settings.ts';
import type { Sessions } from './session.ts';

/** All that the routes that collect need of the rest of the house. */
export interface CollectContext {
  readonly intake: Intake;
  readonly recorder: HitRecorder;
  readonly drops: Pick<Drops, 'count'>;
  readonly adminToken: Secrets['adminToken'];
  /** Tokens that were given to others. Collecting threads have none, and leave those who show one to the main thread. */
  readonly tokens?: Tokens;
  /** Prints a line for the person at the console. */
  readonly print: (line: string) => void;
  readonly now: () => number;
}

/** All that the routes need. */
export interface ServerContext extends CollectContext {
  readonly drops: Drops;
  readonly tokens: Tokens;
  /** Browsers of administrators. */
  readonly sessions: Sessions;
  /** Sites whose badges anybody may see. */
  readonly publicSites: PublicSites;
  readonly settings: ServedSettings;
  readonly salts: DailySalts;
  /** Whether they are those of all nodes. */
  readonly saltHealth: () => SaltHealth;
  /** Aborted when the server begins to close: what would go on for ever ends then. */
  readonly ending: AbortSignal;
  /** There with the simple or the rate tracker. */
  readonly live: Live | undefined;
  /** Tells this node from others: random, made when it starts. */
  readonly node: string;
  /** Nodes whose live counts are added to those of this one. */
  readonly peers: Peers | undefined;
  /** What a streaming job tells, where there is one. */
  readonly streamResults: WindowResults | undefined;
  /** There with the db tracker. */
  readonly db: DBTracker | undefined;
  /** There with the db or the stream tracker. */
  readonly spool: Spool | undefined;
  /** There with the stream tracker. */
  readonly publisher: Publisher | undefined;
  /** Takes logs from commands on the same data folder. There with the db tracker. */
  readonly importer: LogImporter | undefined;
  /** What deletes and moves old hits for commands on the same data folder. There with the db tracker. */
  readonly purger: RetentionJob | undefined;
  readonly archives: Archives | undefined;
  /** How long hits are kept. There with the db tracker. */
  readonly retention: Retention | undefined;
  readonly dataDir: string;
  /** Whether windows are kept. */
  readonly rate: boolean;
  /** Whether everybody may read. */
  readonly public: boolean;
}
