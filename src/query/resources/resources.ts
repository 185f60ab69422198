import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HitError, messageOf } from '../../errors.ts';
import { writeAtomicallySync } from '../../files/atomic.ts';
import { printable } from '../../schema/printable.ts';
import { suggestion } from '../../schema/suggestion.ts';
import type { Goal } from '../engine/query.ts';
import type { StoredFunnel } from './funnel-reader.ts';
import { namesGoal, usesGoal } from './goal-use.ts';
import { KIND_NAMES, KINDS, type KindName, type Named, type ValueOf } from './kinds.ts';
import { withSegment } from './segment.ts';

/** Maximum number of sites with definitions of a kind, and of bytes of the file: more than a person writes. */
const MOST_SITES = 10_000;
const MOST_BYTES = 16 * 2 ** 20;

/** One of a kind, in messages. */
const ONE: Readonly<Record<KindName, string>> = {
  goals: 'goal',
  segments: 'segment',
  funnels: 'funnel',
  annotations: 'annotation',
};

type Kept = { [Name in KindName]: Map<string, ValueOf<Name>[]> };

/**
 * The definitions stored for sites: goals, segments, funnels and annotations, in `resources.json` in the data folder. Like
 * tokens, they belong to a node; a change is on disk before it is answered.
 *
 * @example
 * const resources = new Resources('./data');
 * resources.create('goals', 'example.com', { name: 'signup', action: { kind: 'event', event: 'signup' } });
 */
export class Resources {
  readonly #path: string;
  #kept: Kept;

  /** @throws HitError `data_dir_unusable` if the file is damaged */
  constructor(folder: string) {
    this.#path = join(folder, 'resources.json');
    this.#kept = read(this.#path);
  }

  /** In order of creation. */
  list<Name extends KindName>(kind: Name, site: string): readonly ValueOf<Name>[] {
    return this.#kept[kind].get(site) ?? [];
  }

  /** The goals of all sites. */
  get goals(): readonly Goal[] {
    return Array.from(this.#kept.goals, ([site, goals]) => goals.map((goal) => ({ site, ...goal }))).flat();
  }

  /** A query with the filters of its segment: see `withSegment`. @throws HitError `invalid` */
  resolve(query: unknown): unknown {
    return withSegment(query, (site) => this.list('segments', site));
  }

  /** The funnels of all sites. */
  get funnels(): readonly StoredFunnel[] {
    return Array.from(this.#kept.funnels, ([site, own]) => own.map((funnel) => ({ site, ...funnel }))).flat();
  }

  /**
   * @param site as stored
   * @throws HitError `invalid` for invalid input, a name that is already used, or too many; `data_dir_unusable`, and
   *   nothing is changed then
   */
  create<Name extends KindName>(kind: Name, site: string, value: unknown): ValueOf<Name> {
    const made = this.#read(kind, site, value);
    const own = this.list(kind, site);
    if (own.some(({ name }) => name === made.name))
      throw new HitError(
        'invalid',
        `${site} already has the ${ONE[kind]} "${made.name}": replace or remove it`,
      );
    this.#put(kind, site, [...own, made]);
    return made;
  }

  /**
   * Replaces one, or creates it. It may get another name.
   *
   * @throws HitError as `create` does
   */
  replace<Name extends KindName>(kind: Name, site: string, name: string, value: unknown): ValueOf<Name> {
    const own = this.list(kind, site);
    const place = own.findIndex((each) => each.name === name);
    if (place < 0) return this.create(kind, site, value);
    const made = this.#read(kind, site, value);
    if (made.name !== name) this.#checkUnused(kind, site, name, 'renamed');
    if (own.some((each, at) => each.name === made.name && at !== place))
      throw new HitError('invalid', `${site} already has the ${ONE[kind]} "${made.name}"`);
    this.#put(kind, site, own.with(place, made));
    return made;
  }

  /** @throws HitError `not_found`, with the nearest name; `invalid` for a goal that is used; `data_dir_unusable` */
  remove(kind: KindName, site: string, name: string): void {
    const own = this.list(kind, site);
    if (!own.some((each) => each.name === name)) {
      const meant = suggestion(
        name,
        own.map((each) => each.name),
      );
      throw new HitError('not_found', `${site} has no ${ONE[kind]} "${printable(name)}"${meant}`);
    }
    this.#checkUnused(kind, site, name, 'removed');
    this.#put(
      kind,
      site,
      own.filter((each) => each.name !== name),
    );
  }

  /** Whether a site has definitions. */
  has(site: string): boolean {
    return KIND_NAMES.some((kind) => this.#kept[kind].has(site));
  }

  /** Removes all definitions of a site. @throws HitError `data_dir_unusable`, and nothing is changed then */
  removeSite(site: string): void {
    if (!this.has(site)) return;
    const { goals, segments, funnels, annotations } = this.#kept;
    const kept = {
      ...{ goals: new Map(goals), segments: new Map(segments) },
      ...{ funnels: new Map(funnels), annotations: new Map(annotations) },
    };
    for (const kind of KIND_NAMES) kept[kind].delete(site);
    this.#save(kept);
  }

  /** @throws HitError `invalid` for a goal that a funnel or a segment uses */
  #checkUnused(kind: KindName, site: string, name: string, change: string): void {
    if (kind !== 'goals') return;
    const funnel = this.list('funnels', site).find(({ steps }) => usesGoal(steps, name));
    const segment = this.list('segments', site).find(({ filters }) =>
      filters.some((each) => namesGoal(each, name)),
    );
    const user = funnel ? `the funnel "${funnel.name}"` : segment && `the segment "${segment.name}"`;
    if (user === undefined) return;
    throw new HitError(
      'invalid',
      `the goal "${printable(name)}" of ${site} cannot be ${change}: ${user} uses it`,
    );
  }

  #read<Name extends KindName>(kind: Name, site: string, value: unknown): ValueOf<Name> {
    const names = this.list('goals', site).map(({ name }) => name);
    return KINDS[kind].read(value, names) as ValueOf<Name>;
  }

  #put<Name extends KindName>(kind: Name, site: string, own: readonly ValueOf<Name>[]): void {
    const { most } = KINDS[kind];
    if (own.length > most)
      throw new HitError('invalid', `${site} already has ${most} ${kind}: remove unused ones`);
    const sites = new Map<string, readonly Named[]>(this.#kept[kind]);
    if (own.length === 0) sites.delete(site);
    else sites.set(site, own);
    if (sites.size > MOST_SITES) throw new HitError('invalid', `${MOST_SITES} sites already have ${kind}`);
    this.#save({ ...this.#kept, [kind]: sites });
  }

  #save(kept: Kept): void {
    const entries = KIND_NAMES.map((name) => [name, Object.fromEntries(kept[name])]);
    const text = `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`;
    if (text.length > MOST_BYTES)
      throw new HitError('invalid', 'all sites together have too many definitions: remove unused ones');
    writeAtomicallySync(this.#path, text);
    this.#kept = kept;
  }
}

function read(path: string): Kept {
  const kept: Kept = { goals: new Map(), segments: new Map(), funnels: new Map(), annotations: new Map() };
  if (!existsSync(path)) return kept;
  try {
    const stored: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof stored !== 'object' || stored === null || Array.isArray(stored))
      throw new Error('it holds no object');
    const kinds = stored as Record<string, Record<string, unknown[]>>;
    for (const kind of KIND_NAMES) {
      // Goals that other definitions name may have been removed: they are not checked.
      const sites = Object.entries(kinds[kind] ?? {}).map(([site, values]) => [
        site,
        values.map((value) => KINDS[kind].read(value, undefined)),
      ]);
      Object.assign(kept, { [kind]: new Map(sites as [string, never[]][]) });
    }
    return kept;
  } catch (error) {
    const message = `${path} cannot be read: ${messageOf(error)}. Restore it from a backup, or delete it: no site has goals then`;
    throw new HitError('data_dir_unusable', message, { cause: error });
  }
}
