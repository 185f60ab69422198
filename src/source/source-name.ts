import { clickId } from './click-id.ts';
import { hostKeys } from './host-keys.ts';
import { lowerCase } from './lower-case.ts';
import { DIRECT, SOURCE_OF_KEY, type Source } from './source-list.ts';

/**
 * Maps the sources of hits to their familiar names: `www.google.co.uk` and `google` are Google, `lm.facebook.com` and `fb`
 * are Facebook, `mail.google.com` is Gmail.
 *
 * Unlisted sources keep their own text, in lower case. A name maps to itself, so results of different versions can be
 * merged. In the store, `sourceNameSql` of `clickhouse/source-sql.ts` does the same.
 *
 * @param source as stored in a hit: `utm_source`, else the referrer's host, without `www.`; any text is valid
 * @param click parameter of the landing page (see `clickIdOf`), which gives the source if there is no other
 * @returns never ''
 * @example
 * sourceName('news.ycombinator.com'); // 'Hacker News'
 * sourceName('Blog.Example.org');     // 'blog.example.org'
 * sourceName('');                     // 'Direct'
 * sourceName('', 'fbclid');           // 'Facebook'
 */
export function sourceName(source: string, click = ''): string {
  const text = lowerCase(source);
  const name = sourceOf(text)?.name ?? text;
  const clicked = name === DIRECT ? clickId(click) : undefined;
  return clicked ? clicked.source || clicked.parameter : name;
}

/** The listed source of a text. */
export function sourceOf(text: string): Source | undefined {
  for (const key of hostKeys(lowerCase(text))) {
    const source = SOURCE_OF_KEY.get(key);
    if (source) return source;
  }
  return undefined;
}
