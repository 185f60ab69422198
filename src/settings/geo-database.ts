import { readText, setting } from './setting.ts';

export const GEO_DATABASE = setting(
  "city database in MaxMind's format, such as GeoLite2-City.mmdb or dbip-city-lite.mmdb (default: countries only)",
  'FILE',
  undefined,
  readText,
);
