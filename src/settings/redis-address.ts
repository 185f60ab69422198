import { HitError } from '../errors.ts';
import { decoded, type HostAndPort, hostOf, type Refuse, refusalOf } from './address-parts.ts';

/** Where a Redis is. */
export interface RedisAddress {
  readonly kind: 'single' | 'sentinel' | 'cluster';
  readonly tls: boolean;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** One of a single server; some of a cluster, or of its sentinels. */
  readonly hosts: readonly HostAndPort[];
  readonly database: number;
  /** Of sentinels: the name of the master that they watch. */
  readonly master: string;
  /** For messages; without secrets. */
  readonly name: string;
}

const PORTS = { single: 6379, sentinel: 26_379, cluster: 6379 } as const;
const EXAMPLES =
  'redis://host:6379/0, rediss://user:password@host, redis+sentinel://host,host2:26379/mymaster or redis+cluster://host:7000,host2:7000';

/**
 * Reads the address of a Redis: `redis://` and `rediss://` (TLS) for one server; `redis+sentinel://hosts/master/0` and
 * `redis+cluster://hosts`, each also with `rediss`, for several hosts, separated by commas.
 *
 * @param flag the flag, for error messages
 * @throws HitError `bad_setting`, which shows no password
 * @example
 * redisAddress('rediss+cluster://:secret@a:7000,b:7000', '--live').hosts; // [{ host: 'a', port: 7000 }, …]
 */
export function redisAddress(text: string, flag: string): RedisAddress {
  const refuse = refusalOf(flag, 'Redis');
  const [, scheme, plus, credentials, hosts = '', path = ''] =
    /^(rediss?)(\+sentinel|\+cluster)?:\/\/(?:([^@/]*)@)?([^/?#]+)(?:\/([^?#]*))?$/.exec(text) ?? [];
  if (scheme === undefined) throw refuse(`is not an address such as ${EXAMPLES}`);
  const kind = plus === '+sentinel' ? 'sentinel' : plus === '+cluster' ? 'cluster' : 'single';
  const parts = path.split('/').filter((part) => part !== '');
  const master = kind === 'sentinel' ? decoded(parts.shift() ?? '', refuse) : '';
  if (kind === 'sentinel' && master === '') throw refuse('does not name the master: …/mymaster');
  const [database = '0', more] = parts;
  if (!/^\d{1,5}$/.test(database) || more !== undefined)
    throw refuse('does not end with the number of a database');
  if (kind === 'cluster' && database !== '0') throw refuse('names a database: a cluster has only 0');
  const found = hosts.split(',').map((host) => hostOf(host, PORTS[kind], refuse));
  if (kind === 'single' && found.length > 1) {
    throw refuse('names several hosts: begin with redis+sentinel:// or redis+cluster://');
  }
  const [username, password] = credentials === undefined ? [] : secretsOf(credentials, refuse);
  return {
    ...{
      kind,
      tls: scheme === 'rediss',
      username,
      password,
      hosts: found,
      database: Number(database),
      master,
    },
    name: `${scheme}${plus ?? ''}://${hosts}${path === '' ? '' : `/${path}`}`,
  };
}

/**
 * Where live counts are kept: `memory`, which is undefined here, or the address of a Redis.
 *
 * @throws HitError `bad_setting`
 */
export function readLive(text: string, flag: string): RedisAddress | undefined {
  if (text === 'memory') return undefined;
  if (/^rediss?[+:]/.test(text)) return redisAddress(text, flag);
  throw new HitError('bad_setting', `${flag}: "${text.slice(0, 40)}" is neither memory nor ${EXAMPLES}`);
}

function secretsOf(text: string, refuse: Refuse): [string | undefined, string | undefined] {
  const colon = text.indexOf(':');
  if (colon < 0) throw refuse('has a user without a password: user:password@, or :password@');
  const username = decoded(text.slice(0, colon), refuse);
  return [username === '' ? undefined : username, decoded(text.slice(colon + 1), refuse)];
}
