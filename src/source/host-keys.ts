/**
 * What a host is looked up by. The store does the same at query time, in `clickhouse/queries/source_name.sql`, so this is
 * made of what both have: cutting at dots and one regular expression without backtracking.
 *
 * A country's end is written `*`: of `www.google.co.uk` the keys are `www.google.co.uk` and `www.google.*` for the host
 * itself, then `.google.co.uk`, `.www.google.*`, `.co.uk` and `.google.*` for the domains that it is below. A key with a
 * dot in front is a domain with all below it, one without is that host alone.
 */

/** Most parts of a domain with all below it, `*` being one. */
export const MOST_PARTS = 3;
/** Least parts: nobody owns a top-level domain of the lists. */
export const LEAST_PARTS = 2;

/** What no host has, as in a tag of several words or an address with a path. */
const NOT_OF_HOSTS = /[^a-z0-9._-]/;
/** `com`, a country, `co` or `com` of a country. */
const COUNTRY_END = /\.(?:com|(?:com?\.)?[a-z]{2})$/;

/**
 * Keys of a text, the first that a list has decides.
 *
 * @param text lower case; a host, or anything else, which has itself as its only key
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

/** The last parts of a host; all of it if it has fewer. */
function lastParts(host: string, count: number): string {
  let start = host.length;
  for (let found = 0; found < count; found++) {
    // A search from below 0 would find a dot at the very beginning once more.
    const dot = start === 0 ? -1 : host.lastIndexOf('.', start - 1);
    if (dot < 0) return host;
    start = dot;
  }
  return host.slice(start + 1);
}
