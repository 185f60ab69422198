import type { INTAKE_SETTINGS } from '../settings/intake.ts';
import type { SERVE_SETTINGS } from '../settings/serve.ts';
import type { Values } from '../settings/setting.ts';
import { ClientNetworks } from './client-network.ts';
import type { IntakeOptions } from './intake.ts';
import { Places } from './place.ts';
import { Sites } from './site.ts';

/**
 * The settings that all intakes of a program share, as plain values that can be passed to a thread. So a setting reaches all
 * intakes, or none.
 */
export interface IntakeSettings {
  /** Secret key: see `IntakeOptions`. */
  readonly key: Uint8Array;
  readonly importSalt: Uint8Array | undefined;
  /** Sites that are counted. Default: all. */
  readonly allowedSites?: readonly string[] | undefined;
  /** Database of cities. Default: none, then only countries are known. */
  readonly geoDatabase?: string | undefined;
  /** Leading bits of an IPv6 address that are one client. Default: 64. */
  readonly ipv6Prefix?: number | undefined;
}

/** As the commands read them: `import` counts all sites. */
type GivenSettings = Values<typeof INTAKE_SETTINGS> & Partial<Pick<Values<typeof SERVE_SETTINGS>, 'sites'>>;

/** @param secrets of the data folder */
export function intakeSettings(
  values: GivenSettings,
  { key, importSalt }: Pick<IntakeSettings, 'key' | 'importSalt'>,
): IntakeSettings {
  return {
    ...{ key, importSalt, allowedSites: values.sites },
    geoDatabase: values['geo-database'],
    ipv6Prefix: values['ipv6-prefix'],
  };
}

/**
 * The part of an intake's options that the settings decide.
 *
 * @param maxSites most sites, if any are allowed. Default: no limit
 * @param isClaimed see `Sites`
 * @throws HitError `bad_setting` if the database cannot be read
 * @example
 * const intake = new Intake({ ...(await settledOptions(settings)), proxies, limit, salts, identity, now: Date.now });
 */
export async function settledOptions(
  { key, importSalt, allowedSites, geoDatabase, ipv6Prefix }: IntakeSettings,
  maxSites = Number.POSITIVE_INFINITY,
  isClaimed?: (site: string) => boolean,
): Promise<Pick<IntakeOptions, 'key' | 'importSalt' | 'places' | 'networks'> & { readonly sites: Sites }> {
  const sites = new Sites({ allowed: allowedSites, max: maxSites, isClaimed });
  const networks = new ClientNetworks(ipv6Prefix);
  return { key, importSalt, sites, networks, places: await Places.open(geoDatabase) };
}
