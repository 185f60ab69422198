import { LIMITS } from './hit.ts';
import { isIPv6 } from './ip-address.ts';

/** Without ASCII characters that a host name does not have, as a URL would end at a slash. */
const UNICODE_NAME = /^[a-z0-9._-]*\P{ASCII}(?:[a-z0-9._-]|\P{ASCII})*$/u;
const HOST_NAME = /^(?!-)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*$/;

/**
 * The site of a host name: lower case, in ASCII form as browsers send it (`bücher.example` is `xn--bcher-kva.example`), without
 * port and final dot; '' if the text is not a host name.
 */
export function siteName(host: string): string {
  // Nearly every hit's host is a site's name already.
  if (host.length <= LIMITS.site && HOST_NAME.test(host)) return host;
  let name = host.trim().toLowerCase();
  if (name.startsWith('[')) {
    name = name.slice(1, Math.max(1, name.indexOf(']')));
    return isIPv6(name) ? name : '';
  }
  if (name.indexOf(':') === name.lastIndexOf(':')) name = name.replace(/:\d*$/, '');
  else return isIPv6(name) ? name : '';
  if (name.endsWith('.')) name = name.slice(0, -1);
  if (name.length > LIMITS.site) return '';
  if (UNICODE_NAME.test(name)) name = asciiOf(name);
  return name.length <= LIMITS.site && HOST_NAME.test(name) ? name : '';
}

/** The ASCII form of a Unicode host name; '' if it has none. */
function asciiOf(name: string): string {
  return URL.parse(`http://${name}`)?.hostname ?? '';
}
