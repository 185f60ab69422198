import { COUNT, choice, described, list, nullable, object, type Static, TEXT } from '../schema/schema.ts';
import { DURABILITIES, IDENTITIES } from '../settings/serve.ts';
import { TRACKERS } from '../settings/setting.ts';

/** How long data is kept, for one site, or for all others if `site` is null. */
const RETENTION_SCHEMA = list(
  object({
    site: described(nullable(TEXT), 'null for all others'),
    age: described(TEXT, 'such as 400d, or forever'),
  }),
);

export const SHOWN_SETTINGS = {
  version: TEXT,
  trackers: list(choice(TRACKERS)),
  store: nullable(choice(['embedded', 'clickhouse'])),
  live: nullable(choice(['memory', 'redis'])),
  identity: choice(IDENTITIES),
  durability: choice(DURABILITIES),
  trust_proxy: TEXT,
  rate_limit: TEXT,
  peers: described(COUNT, 'nodes whose live counts are added'),
};
export const RETENTION = { hits: RETENTION_SCHEMA, rollups: RETENTION_SCHEMA, visits: RETENTION_SCHEMA };

const SERVED = object({
  ...SHOWN_SETTINGS,
  retention: object(RETENTION),
  /** Limit of bytes that wait on disk. */
  spool_max: COUNT,
});

/** The settings of a server, without secrets. */
export type ServedSettings = Static<typeof SERVED>;
