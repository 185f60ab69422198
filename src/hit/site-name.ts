import { LIMITS } from './hit.ts';
import { isIPv6 } from './ip-address.ts';

const HOST_NAME = /^(?!-)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*$/;

/** The site of a host name: lower case, without port and final dot; '' if the text is not a host name. */
export function siteName(host: string): string {
  let name = host.trim().toLowerCase();
  if (name.startsWith('[')) {
    name = name.slice(1, Math.max(1, name.indexOf(']')));
    return isIPv6(name) ? name : '';
  }
  if (name.indexOf(':') === name.lastIndexOf(':')) name = name.replace(/:\d*$/, '');
  else return isIPv6(name) ? name : '';
  if (name.endsWith('.')) name = name.slice(0, -1);
  return name.length <= LIMITS.site && HOST_NAME.test(name) ? name : '';
}
