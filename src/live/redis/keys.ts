import type { Bucket } from './buckets.ts';
import { HIT_LEVELS } from './buckets.ts';

/** All sites together: no site has this name. */
export const ALL = '*';

/**
 * Key names. All keys of a site contain its name in braces, so a cluster keeps them in one slot and one script may use
 * them together.
 */
export class SiteKeys {
  readonly #start: string;

  /** @param tag a site, or `ALL` */
  constructor(tag: string) {
    this.#start = `hit:{${tag}}:`;
  }

  /** A hash: `hits`, and `visitors` if a Bloom filter detects new visitors. */
  get totals(): string {
    return `${this.#start}totals`;
  }

  /** A Bloom filter or a HyperLogLog of all visitors. */
  visitors(kind: string): string {
    return `${this.#start}visitors:${kind}`;
  }

  /** A hash: the last counted batch of a node, and its reply. */
  node(id: string): string {
    return `${this.#start}node:${id}`;
  }

  /** A HyperLogLog of the visitors of a bucket. */
  visitorsOf({ level, number }: Bucket): string {
    return `${this.#start}visitors:${level.name}:${number}`;
  }

  /** The hash and field that hold the hits of a bucket. */
  hitsOf({ level, number }: Bucket): { readonly key: string; readonly field: string } {
    const { fields } = HIT_LEVELS.find(({ name }) => name === level.name)!;
    return {
      key: `${this.#start}hits:${level.name}:${Math.floor(number / fields)}`,
      field: String(number % fields),
    };
  }
}
