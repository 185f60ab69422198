import { readNumber, readText, setting } from './setting.ts';

/** What the intake applies: settings of `serve`, and of `import` while no server runs on the data folder. */
export const INTAKE_SETTINGS = {
  'geo-database': setting(
    "city database in MaxMind's format, such as GeoLite2-City.mmdb or dbip-city-lite.mmdb (default: countries only)",
    'FILE',
    undefined,
    readText,
  ),
  'ipv6-prefix': setting(
    'leading bits of an IPv6 address that are one client, for limits and for visitors without a cookie (default: 64)',
    'BITS',
    undefined,
    readNumber(32, 128),
  ),
} as const;
