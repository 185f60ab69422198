import { entriesOf, readTable } from './table.ts';

/** Categories of sources for channels; '' for none. */
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

/** Name of the source of visits without one. */
export const DIRECT = 'Direct';

/** A line of `sources.tsv`. */
export interface Source {
  readonly name: string;
  readonly category: Category;
  /** As written in the file. */
  readonly hosts: readonly string[];
  /** Spellings in `utm_source`, including the name itself. */
  readonly tags: readonly string[];
  /** Spellings used only by paid links. */
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

/** Spellings of `utm_source` used only by paid links. */
export const AD_TAGS: ReadonlySet<string> = new Set(SOURCES.flatMap(({ ads }) => ads));

/** All keys and spellings of a source. */
export function keysOf({ name, hosts, tags, ads }: Source): string[] {
  return [
    ...hosts.map((host) => (host.startsWith('=') ? host.slice(1) : `.${host}`)),
    ...tags,
    ...ads,
    // The empty tag belongs to this one.
    ...(name === DIRECT ? [''] : []),
  ];
}
