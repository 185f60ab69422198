import type { ArchiveAddress } from '../archive/storage.ts';
import type { SiteData } from '../deletion/site-deletions.ts';
import { HitError } from '../errors.ts';
import type { CountingOptions } from '../hit/counting-rule.ts';
import { checkOptions, numberOr, shown } from '../schema/argument.ts';
import { readStore } from '../settings/setting.ts';
import type { Sink } from '../spool/sink.ts';
import type { SpoolOptions } from '../spool/spool-options.ts';

export interface DBTrackerOptions {
  /** Folder of the embedded store, the spool and the secrets. Default `./data`. */
  readonly dataDir?: string;
  /** `embedded` (default), or the URL of a ClickHouse server: `clickhouse://user:password@host:8123/database`. */
  readonly store?: string;
  /** `disk` (default): resolved hits survive a power cut. `process`: they survive a killed process. */
  readonly durability?: SpoolOptions['durability'];
  /** Maximum bytes of hits that wait on disk for the store. Default 1 GiB. */
  readonly spoolMax?: number;
  /** Trusted proxies: `loopback`, `private`, `none` or CIDR ranges. Default `loopback`. */
  readonly trustProxy?: string;
  /** Which requests count. Default: no assets, HEAD, OPTIONS, prefetches and bots. Bots are stored, too, with their names. */
  readonly count?: CountingOptions;
  /** Database of cities in MaxMind's format. Default: none, so that only countries are known. */
  readonly geoDatabase?: string;
  /** Archive of hits that are no longer in the store: they are read as if they were. */
  readonly archive?: ArchiveAddress | undefined;
  /** Whether to open without a ClickHouse server that does not answer: hits wait on disk. Default false. */
  readonly mayWaitForStore?: boolean;
  /** Milliseconds for which `close` delivers hits. Default 10,000. */
  readonly closeTimeout?: number;
  /** Additional sinks for hits. */
  readonly sinks?: readonly Sink[];
  /** Receives problem reports. Default: `console.error`. */
  readonly log?: SpoolOptions['log'];
  /** What else has something of sites, for deletions that were interrupted. @internal */
  readonly siteData?: readonly SiteData[];
}

/** The default log: problems only. */
export const SILENT_LOG: SpoolOptions['log'] = {
  info: () => undefined,
  warn: (message) => console.error(message),
  error: (message) => console.error(message),
};

/** The longest time of a timer, in milliseconds. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;

/** Each option, so that the compiler asks for new ones. */
const OPTIONS: Readonly<Record<keyof DBTrackerOptions, true>> = {
  dataDir: true,
  store: true,
  durability: true,
  spoolMax: true,
  trustProxy: true,
  count: true,
  geoDatabase: true,
  archive: true,
  mayWaitForStore: true,
  closeTimeout: true,
  sinks: true,
  log: true,
  siteData: true,
};
const DURABILITIES: readonly unknown[] = ['disk', 'process', undefined];
const TEXTS = ['dataDir', 'store', 'geoDatabase'] as const;
const SPOOL = { least: 2 ** 20, most: Number.MAX_SAFE_INTEGER };

/** @throws HitError `invalid` or `bad_setting` that names the wrong option and what it may be */
export function checkDBOptions(options: DBTrackerOptions): void {
  checkOptions(options, Object.keys(OPTIONS));
  for (const name of TEXTS) {
    const value: unknown = options[name];
    if (value !== undefined && (typeof value !== 'string' || value === ''))
      throw new HitError('invalid', `${name} must be a non-empty string, not ${shown(value)}`);
  }
  if (options.store !== undefined) readStore(options.store, 'store');
  if (!DURABILITIES.includes(options.durability))
    throw new HitError('invalid', `durability must be "disk" or "process", not ${shown(options.durability)}`);
  numberOr('spoolMax', options.spoolMax, SPOOL.least, SPOOL);
  numberOr('closeTimeout', options.closeTimeout, 0, { least: 0, most: LONGEST_TIMEOUT });
}
