import { HitError, messageOf } from '../errors.ts';
import { TrustedProxies } from '../hit/address.ts';
import { RateLimit } from '../hit/rate-limit.ts';
import { siteName } from '../hit/site-name.ts';
import { RemoteNode } from '../http/peers/remote-node.ts';
import { saltsUrl } from '../http/peers/remote-salts.ts';
import { type RetentionPolicy, retentionPolicy } from '../retention/policy.ts';
import type { SERVE_SETTINGS } from '../settings/serve.ts';
import type { Values } from '../settings/setting.ts';
import { readSchedule, type ScheduledWork } from './schedule.ts';
import { jobsWithPurge } from './upkeep.ts';

export type ServeValues = Values<typeof SERVE_SETTINGS>;

/** The settings of a server; those with a syntax of their own are parsed. */
export interface ServeOptions {
  readonly values: ServeValues;
  readonly proxies: TrustedProxies;
  readonly limit: RateLimit;
  readonly policy: RetentionPolicy;
  readonly schedule: ScheduledWork;
}

/**
 * Parses and checks all settings before anything starts.
 *
 * @throws HitError `bad_setting`, also for settings that contradict each other
 */
export function readServeOptions(values: ServeValues): ServeOptions {
  const proxies = new TrustedProxies(values['trust-proxy']!);
  const limit = RateLimit.parse(values['rate-limit']!);
  check(values);
  const policy = retentionPolicy(values['keep-hits']!, values['keep-rollups']!, values['keep-visits']!);
  const jobs = jobsWithPurge(values.schedule ?? [], policy, values.tracker!.includes('db'));
  return { values, proxies, limit, policy, schedule: readSchedule({ ...values, schedule: jobs }) };
}

function check({
  sites = [],
  tracker,
  stream,
  peers = [],
  'allow-insecure-peers': allowsPublic,
  live,
  'salts-from': saltsFrom,
}: ServeValues): void {
  if (saltsFrom !== undefined) saltsUrl(saltsFrom);
  if (tracker!.includes('stream') !== (stream !== undefined)) {
    throw stream
      ? new HitError('bad_setting', '--stream: --tracker does not include the stream tracker')
      : new HitError('bad_setting', '--tracker: stream needs --stream kafka://host:9092/topic');
  }
  for (const url of peers) checkPeer(url, allowsPublic!);
  if (peers.length > 0 && live) {
    throw new HitError('bad_setting', '--peers: with --live redis://… all nodes already share their counts');
  }
  if (peers.length > 0 && !tracker!.some((name) => name === 'simple' || name === 'rate')) {
    throw new HitError('bad_setting', '--peers: there are no live counts without --tracker simple,rate');
  }
  const invalid = sites.find((site) => siteName(site) === '');
  if (invalid !== undefined) throw new HitError('bad_setting', `--sites: "${invalid}" is not a host name`);
}

function checkPeer(url: string, allowsPublic: boolean): void {
  try {
    new RemoteNode(url, { allowsPublic });
  } catch (error) {
    throw new HitError('bad_setting', `--peers: ${messageOf(error)}`, { cause: error });
  }
}
