import { clickId } from './click-id.ts';
import { hostKeys } from './host-keys.ts';
import { lowerCase } from './lower-case.ts';
import { DIRECT, SOURCE_OF_KEY, type Source } from './source-list.ts';

/**
 * Groups what hits carry of their source under the name that an owner knows: `www.google.co.uk` and `google` are Google,
 * `lm.facebook.com` and `fb` are Facebook, `mail.google.com` is Gmail.
 *
 * What no list knows keeps its own text, lower case. Naming a name again changes nothing, so results of different
 * versions can be merged. For the store, `sourceNameSql` of `clickhouse/source-sql.ts` does the same.
 *
 * @param source as a hit keeps it: `utm_source`, else the referrer's host, without `www.`; any text is valid
 * @param click parameter that the landing page had (see `clickIdOf`), which names the source where there is no other
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

/** The source of the list that a text belongs to. */
export function sourceOf(text: string): Source | undefined {
  for (const key of hostKeys(lowerCase(text))) {
    const source = SOURCE_OF_KEY.get(key);
    if (source) return source;
  }
  return undefined;
}
