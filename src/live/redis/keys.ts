import type { Bucket } from './buckets.ts';
import { HIT_LEVELS } from './buckets.ts';

/** Stands for all sites together: no site has such a name. */
export const ALL = '*';

/**
 * Names of keys. All of a site have its name in braces, so that a cluster keeps them together and a script may use them at
 * once.
 */
export class SiteKeys {
  readonly #start: string;

  /** @param tag a site, or `ALL` */
  constructor(tag: string) {
    this.#start = `hit:{${tag}}:`;
  }

  /** A hash: `hits`, and `visitors` where a Bloom filter tells who is new. */
  get totals(): string {
    return `${this.#start}totals`;
  }

  /** A Bloom filter or a HyperLogLog of all visitors. */
  visitors(kind: string): string {
    return `${this.#start}visitors:${kind}`;
  }

  /** A hash: the last batch of a node that was counted, and what it was answered. */
  node(id: string): string {
    return `${this.#start}node:${id}`;
  }

  /** A HyperLogLog of the visitors of a bucket. */
  visitorsOf({ level, number }: Bucket): string {
    return `${this.#start}visitors:${level.name}:${number}`;
  }

  /** The hash and the field that count the hits of a bucket. */
  hitsOf({ level, number }: Bucket): { readonly key: string; readonly field: string } {
    const { fields } = HIT_LEVELS.find(({ name }) => name === level.name)!;
    return {
      key: `${this.#start}hits:${level.name}:${Math.floor(number / fields)}`,
      field: String(number % fields),
    };
  }
}
