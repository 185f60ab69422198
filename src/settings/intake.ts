import { readText, setting } from './setting.ts';

/** What the intake applies: settings of `serve`, and of `import` while no server runs on the data folder. */
export const INTAKE_SETTINGS = {
  'geo-database': setting(
    "city database in MaxMind's format, such as GeoLite2-City.mmdb or dbip-city-lite.mmdb (default: countries only)",
    'FILE',
    undefined,
    readText,
  ),
} as const;
