import { HitError } from '../errors.ts';

/** Where a Redis is. */
export interface RedisAddress {
  readonly kind: 'single' | 'sentinel' | 'cluster';
  readonly tls: boolean;
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** One of a single server; some of a cluster, or of its sentinels. */
  readonly hosts: readonly { readonly host: string; readonly port: number }[];
  readonly database: number;
  /** Of sentinels: the name of the master that they watch. */
  readonly master: string;
  /** For people; without secrets. */
  readonly name: string;
}

const PORTS = { single: 6379, sentinel: 26_379, cluster: 6379 } as const;
const EXAMPLES =
  'redis://host:6379/0, rediss://user:password@host, redis+sentinel://host,host2:26379/mymaster or redis+cluster://host:7000,host2:7000';

/**
 * Reads the address of a Redis: `redis://` and `rediss://` (TLS) for one server; `redis+sentinel://hosts/master/0` and
 * `redis+cluster://hosts`, each also with `rediss`, for several hosts, separated by commas.
 *
 * @param flag the setting, to be named in what is wrong
 * @throws HitError `bad_setting`, which shows no password
 * @example
 * redisAddress('rediss+cluster://:secret@a:7000,b:7000', '--live').hosts; // [{ host: 'a', port: 7000 }, …]
 */
export function redisAddress(text: string, flag: string): RedisAddress {
  const [, scheme, plus, credentials, hosts = '', path = ''] =
    /^(rediss?)(\+sentinel|\+cluster)?:\/\/(?:([^@/]*)@)?([^/?#]+)(?:\/([^?#]*))?$/.exec(text) ?? [];
  if (scheme === undefined) throw bad(flag, `is not like ${EXAMPLES}`);
  const kind = plus === '+sentinel' ? 'sentinel' : plus === '+cluster' ? 'cluster' : 'single';
  const parts = path.split('/').filter((part) => part !== '');
  const master = kind === 'sentinel' ? decoded(parts.shift() ?? '', flag) : '';
  if (kind === 'sentinel' && master === '') throw bad(flag, 'does not name the master: …/mymaster');
  const [database = '0', more] = parts;
  if (!/^\d{1,5}$/.test(database) || more !== undefined)
    throw bad(flag, 'does not end with the number of a database');
  if (kind === 'cluster' && database !== '0') throw bad(flag, 'names a database: a cluster has only 0');
  const found = hosts.split(',').map((host) => hostOf(host, PORTS[kind], flag));
  if (kind === 'single' && found.length > 1) {
    throw bad(flag, 'names several hosts: begin with redis+sentinel:// or redis+cluster://');
  }
  const [username, password] = credentials === undefined ? [] : secretsOf(credentials, flag);
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

function hostOf(text: string, usualPort: number, flag: string): { host: string; port: number } {
  const [, v6, name, port] = /^(?:\[([0-9a-fA-F:.]+)\]|([\w.-]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = v6 ?? name;
  const number = port === undefined ? usualPort : Number(port);
  if (host === undefined || number < 1 || number > 65_535) throw bad(flag, `has no host such as host:6379`);
  return { host, port: number };
}

function secretsOf(text: string, flag: string): [string | undefined, string | undefined] {
  const colon = text.indexOf(':');
  if (colon < 0) throw bad(flag, 'has a user and no password: user:password@, or :password@');
  const username = decoded(text.slice(0, colon), flag);
  return [username === '' ? undefined : username, decoded(text.slice(colon + 1), flag)];
}

function decoded(text: string, flag: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw bad(flag, 'has a % that is no code of a character');
  }
}

/** The address is not shown: it may have a password. */
function bad(flag: string, what: string): HitError {
  return new HitError('bad_setting', `${flag}: the address of Redis ${what}`);
}
