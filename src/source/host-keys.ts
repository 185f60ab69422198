/**
 * The lookup keys of a host. The store does the same at query time, in `clickhouse/queries/source_name.sql`, so this uses
 * only what both have: splitting at dots and one regular expression without backtracking.
 *
 * A country suffix becomes `*`: the keys of `www.google.co.uk` are `www.google.co.uk` and `www.google.*` for the host
 * itself, then `.google.co.uk`, `.www.google.*`, `.co.uk` and `.google.*` for its parent domains. A key with a leading dot
 * matches a domain and all its subdomains; one without matches only that host.
 */

/** Maximum number of parts of a domain with subdomains; `*` counts as one. */
export const MOST_PARTS = 3;
/** Minimum number of parts: no source owns a top-level domain. */
export const LEAST_PARTS = 2;

/** Characters that no host has, as in a tag of several words or an address with a path. */
const NOT_OF_HOSTS = /[^a-z0-9._-]/;
/** `com`, a country, `co` or `com` of a country. */
const COUNTRY_END = /\.(?:com|(?:com?\.)?[a-z]{2})$/;

/**
 * Keys of a text; the first one on a list decides.
 *
 * @param text in lower case: a host, or anything else, whose only key is itself
 */
export function* hostKeys(text: string): Iterable<string> {
  yield text;
  if (NOT_OF_HOSTS.test(text)) return;
  const starred = text.replace(COUNTRY_END, '.*');
  yield starred;
  for (let parts = MOST_PARTS; parts >= LEAST_PARTS; parts--) {
    yield `.${lastParts(text, parts)}`;
    yield `.${lastParts(starred, parts)}`;
  }
}

/** The last parts of a host, or all of it if it has fewer. */
function lastParts(host: string, count: number): string {
  let start = host.length;
  for (let found = 0; found < count; found++) {
    // A search from below 0 would find a leading dot again.
    const dot = start === 0 ? -1 : host.lastIndexOf('.', start - 1);
    if (dot < 0) return host;
    start = dot;
  }
  return host.slice(start + 1);
}
