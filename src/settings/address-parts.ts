/** What addresses of other services have in common. */
import { HitError } from '../errors.ts';

export interface HostAndPort {
  readonly host: string;
  readonly port: number;
}

/** Describes the fault without showing the address, which may contain a password. */
export type Refuse = (what: string) => HitError;

/** @param service such as `Kafka` */
export function refusalOf(flag: string, service: string): Refuse {
  return (what) => new HitError('bad_setting', `${flag}: the address of ${service} ${what}`);
}

/** Reads `host`, `host:port` or `[::1]:port`. */
export function hostOf(text: string, defaultPort: number, refuse: Refuse): HostAndPort {
  const [, v6, name, port] = /^(?:\[([0-9a-fA-F:.]+)\]|([\w.-]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = v6 ?? name;
  const number = port === undefined ? defaultPort : Number(port);
  if (host === undefined || number < 1 || number > 65_535)
    throw refuse(`has no host such as host:${defaultPort}`);
  return { host, port: number };
}

/** Decodes percent-encoding. */
export function decoded(text: string, refuse: Refuse): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw refuse('has a % that does not encode a character');
  }
}
