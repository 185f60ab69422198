import { entriesOf, readTable } from './table.ts';

/** What a source is, as far as channels are concerned; '' is none of these. */
export const CATEGORIES = [
  'search',
  'social',
  'video',
  'shopping',
  'email',
  'ai',
  'display',
  'affiliate',
  'sms',
  'push',
  'direct',
] as const;

export type Category = (typeof CATEGORIES)[number] | '';

/** Name of the source of those who came from nowhere. */
export const DIRECT = 'Direct';

/** A line of `sources.tsv`. */
export interface Source {
  readonly name: string;
  readonly category: Category;
  /** As they are written there. */
  readonly hosts: readonly string[];
  /** Spellings in `utm_source`, the name's own included. */
  readonly tags: readonly string[];
  /** Spellings that only paid links have. */
  readonly ads: readonly string[];
}

/** The list, in the order of the file. */
export const SOURCES: readonly Source[] = readTable('sources.tsv').map(
  ([name = '', category = '', hosts = '', tags = '', ads = '']) => ({
    name,
    category: category as Category,
    hosts: entriesOf(hosts, ' '),
    tags: [name.toLowerCase(), ...entriesOf(tags, ', ')],
    ads: entriesOf(ads, ', '),
  }),
);

/** Key (see `host-keys.ts`) or spelling → source. */
export const SOURCE_OF_KEY: ReadonlyMap<string, Source> = new Map(
  SOURCES.flatMap((source) => keysOf(source).map((key) => [key, source] as const)),
);

/** Spellings of `utm_source` that only paid links have. */
export const AD_TAGS: ReadonlySet<string> = new Set(SOURCES.flatMap(({ ads }) => ads));

/** All by which a source is found. */
export function keysOf({ name, hosts, tags, ads }: Source): string[] {
  return [
    ...hosts.map((host) => (host.startsWith('=') ? host.slice(1) : `.${host}`)),
    ...tags,
    ...ads,
    // Nothing at all is a tag of this one.
    ...(name === DIRECT ? [''] : []),
  ];
}
