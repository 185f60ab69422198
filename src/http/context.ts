import type { Archives } from '../archive/archives.ts';
import type { SiteDeletions } from '../deletion/site-deletions.ts';
import type { PublicSites } from '../folder/public-sites.ts';
import type { SaltHealth } from '../folder/salt-agreement.ts';
import type { Secrets } from '../folder/secrets.ts';
import type { Tokens } from '../folder/tokens.ts';
import type { Drops } from '../hit/drops.ts';
import type { Intake } from '../hit/intake.ts';
import type { DailySalts } from '../hit/salts.ts';
import type { LogImporter } from '../logs/importer.ts';
import type { Resources } from '../query/resources/resources.ts';
import type { Retention } from '../retention/retention.ts';
import type { RetentionJob } from '../retention/retention-job.ts';
import type { AlertRules } from '../schedule/alert-rules.ts';
import type { Spool } from '../spool/spool.ts';
import type { Publisher } from '../stream/publisher.ts';
import type { WindowResults } from '../stream/window-results.ts';
import type { DBTracker } from '../trackers/db.ts';
import type { HitPipeline } from '../trackers/hit-pipeline.ts';
import type { ClientAddresses } from './client-address.ts';
import type { Components } from './components.ts';
import type { Peers } from './peers/peers.ts';
import type { QueryAdmission } from './query-admission.ts';
import type { RequestDurations } from './request-durations.ts';
import type { ServedLive } from './served-live.ts';
import type { ServedSettings } from './served-settings.ts';
import type { Sessions } from './session.ts';
import type { TokenGuard } from './token-guard.ts';

/** What the collecting routes need from the rest of the server. */
export interface CollectContext {
  /** Takes hits. */
  readonly pipeline: HitPipeline;
  /** Counts requests that never became facts for the pipeline. */
  readonly drops: Pick<Drops, 'count'>;
  readonly adminToken: Secrets['adminToken'];
  /** See `Keys`. Collector threads have none: the routes for nodes are in the main thread. */
  readonly peerToken?: string;
  /** Finds the clients of requests. */
  readonly clients: ClientAddresses;
  /** Tokens given to others. Collector threads have none, and forward requests with such a token to the main thread. */
  readonly tokens?: Tokens;
  /** Counts how long requests take. */
  readonly durations: RequestDurations;
  /** Prints a line on the console. */
  readonly print: (line: string) => void;
  readonly now: () => number;
}

/** What all routes need. */
export interface ServerContext extends CollectContext {
  readonly drops: Drops;
  readonly tokens: Tokens;
  /** Bounds wrong tokens. */
  readonly guard: TokenGuard;
  /** Signed-in browsers of administrators. */
  readonly sessions: Sessions;
  /** Sites whose badges are public. */
  readonly publicSites: PublicSites;
  /** Goals, segments, funnels and annotations of sites. */
  readonly resources: Resources;
  readonly settings: ServedSettings;
  readonly intake: Pick<Intake, 'keyFingerprints'>;
  readonly salts: DailySalts;
  /** Whether the salts are shared by all nodes. */
  readonly saltHealth: () => SaltHealth;
  /** Whether its parts work. */
  readonly components: Components;
  /** Aborted when the server begins to close: ends endless requests. */
  readonly ending: AbortSignal;
  /** Set with the simple or the rate tracker. */
  readonly live: ServedLive | undefined;
  /** Identifies this node: random, generated at its start. */
  readonly node: string;
  /** Nodes whose live counts are added to those of this one. */
  readonly peers: Peers | undefined;
  /** Results of a streaming job, if there is one. */
  readonly streamResults: WindowResults | undefined;
  /** Set with the db tracker. */
  readonly db: DBTracker | undefined;
  /** Lets queries of the store run. */
  readonly admission: QueryAdmission;
  /** Set with the db or the stream tracker. */
  readonly spool: Spool | undefined;
  /** Set with the stream tracker. */
  readonly publisher: Publisher | undefined;
  /** Imports logs for commands on the same data folder. Set with the db tracker. */
  readonly importer: LogImporter | undefined;
  /** Deletes and moves old hits for commands on the same data folder. Set with the db tracker. */
  readonly retentionJob: RetentionJob | undefined;
  readonly archives: Archives | undefined;
  /** Deletes sites. Set with the db tracker. */
  readonly deletions: SiteDeletions | undefined;
  /** How long hits are kept. Set with the db tracker. */
  readonly retention: Retention | undefined;
  readonly dataDir: string;
  /** Whether windows are kept. */
  readonly rate: boolean;
  /** Rules of alerts. Set with the rate tracker. */
  readonly alerts: AlertRules | undefined;
  /** Whether alerts are delivered to a webhook. */
  readonly hasWebhook: boolean;
  /** Whether reading is public. */
  readonly public: boolean;
}
