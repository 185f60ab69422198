import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HitError, messageOf } from '../errors.ts';
import { writeAtomicallySync } from '../files/atomic.ts';
import { siteName } from '../hit/site-name.ts';
import { isUnclean } from '../hit/text.ts';
import { printable } from '../schema/printable.ts';
import { choice, described, list, nullable, object, type Static, TEXT, TIME } from '../schema/schema.ts';
import { HOUR } from '../timing/units.ts';

/** What a token permits: to read counts, to send hits, or what other nodes need: sketches and salts. */
const SCOPES = ['read', 'write', 'peer'] as const;
export type Scope = (typeof SCOPES)[number];
export const SCOPE = choice(SCOPES);

/** Maximum number of sites of a bound token: that of a query. */
const MOST_BOUND_SITES = 100;
export const BOUND_SITES = described(
  nullable(list(TEXT, MOST_BOUND_SITES)),
  'the only sites that the token permits; null for all',
);

export const TOKEN = object({
  id: TEXT,
  name: TEXT,
  scope: SCOPE,
  sites: BOUND_SITES,
  created: TIME,
  used: described(nullable(TIME), 'last use, rounded down to the hour; null if never used'),
});

/** The public properties of a token. */
export type Token = Static<typeof TOKEN>;

/** The stored form: the SHA-256 of the token in hexadecimal, not the token itself. */
type StoredToken = Token & { readonly digest: string };

/** The permissions of a token. */
export type Access = Pick<Token, 'id' | 'scope' | 'sites'>;

const MOST_TOKENS = 100;
const LONGEST_NAME = 100;

/**
 * API tokens issued by an administrator: `tokens.json` in the data folder. A token is shown once, when it is created. Only
 * a digest is stored: it is enough to verify the token, and useless to a thief.
 *
 * @example
 * const tokens = new Tokens('./data', Date.now);
 * const { token } = tokens.create('reports', 'read', ['example.com']);
 * tokens.accessOf(token); // { scope: 'read', sites: ['example.com'] }
 */
export class Tokens {
  readonly #path: string;
  readonly #now: () => number;
  readonly #tokens: Map<string, StoredToken>;

  /** @throws HitError `data_dir_unusable` if the file is damaged */
  constructor(folder: string, now: () => number) {
    this.#path = join(folder, 'tokens.json');
    this.#now = now;
    this.#tokens = new Map(read(this.#path).map((token) => [token.digest, token]));
  }

  /** In order of creation. */
  list(): Token[] {
    return [...this.#tokens.values()].map(({ digest: _, ...token }) => token);
  }

  /**
   * Creates a token.
   *
   * @param bound names of the only sites that it permits, in upper or lower case; null for all sites
   * @returns its properties and the token itself, which cannot be retrieved again
   * @throws HitError `invalid` if the name is missing or too long, a site is not a host name, or there are too many tokens;
   *   `data_dir_unusable`
   */
  create(
    name: string,
    scope: Scope,
    bound: readonly string[] | null = null,
  ): Token & { readonly token: string } {
    const title = name.trim();
    if (title === '' || title.length > LONGEST_NAME || isUnclean(title)) {
      throw new HitError('invalid', `name: a token has a name of 1 to ${LONGEST_NAME} characters`);
    }
    if (this.#tokens.size >= MOST_TOKENS) {
      throw new HitError('invalid', `there are already ${MOST_TOKENS} tokens: revoke unused ones`);
    }
    if (scope === 'peer' && bound) {
      throw new HitError('invalid', 'sites: a token of the scope "peer" cannot be bound to sites');
    }
    const sites = bound && readSites(bound);
    const token = `ht_${randomBytes(24).toString('base64url')}`;
    const created = new Date(this.#now()).toISOString();
    const kept = { id: randomBytes(6).toString('hex'), name: title, scope, sites, created, used: null };
    this.#tokens.set(digestOf(token), { ...kept, digest: digestOf(token) });
    this.#save();
    return { ...kept, token };
  }

  /** @returns whether the token existed */
  revoke(id: string): boolean {
    const found = [...this.#tokens.values()].find((token) => token.id === id);
    if (!found) return false;
    this.#tokens.delete(found.digest);
    this.#save();
    return true;
  }

  /** Whether a token is bound to a site. */
  has(site: string): boolean {
    return [...this.#tokens.values()].some(({ sites }) => sites?.includes(site));
  }

  /** Takes a site from the tokens that are bound to it, and revokes those that are bound to no other. @throws HitError `data_dir_unusable` */
  removeSite(site: string): void {
    if (!this.has(site)) return;
    for (const [digest, token] of this.#tokens) {
      if (!token.sites?.includes(site)) continue;
      const sites = token.sites.filter((each) => each !== site);
      if (sites.length === 0) this.#tokens.delete(digest);
      else this.#tokens.set(digest, { ...token, sites });
    }
    this.#save();
  }

  /** The permissions of a token sent by a client; undefined if it is not valid. */
  accessOf(text: string): Access | undefined {
    // The lookup is by digest, so its duration reveals nothing about any token.
    const found = this.#tokens.get(digestOf(text));
    if (!found) return undefined;
    this.#touch(found);
    return { id: found.id, scope: found.scope, sites: found.sites };
  }

  #touch(token: StoredToken): void {
    const hour = new Date(Math.floor(this.#now() / HOUR) * HOUR).toISOString();
    if (token.used === hour) return;
    this.#tokens.set(token.digest, { ...token, used: hour });
    try {
      this.#save();
    } catch {
      // For example a full disk: a failure to record the use is not a reason to reject the token.
    }
  }

  #save(): void {
    const kept = [...this.#tokens.values()];
    const peers = kept.filter(isPeer);
    const others = kept.filter((token) => !isPeer(token));
    const file = {
      tokens: others.filter(isUnbound).map(withoutSites),
      bound: others.filter((token) => !isUnbound(token)),
      ...(peers.length > 0 && { peers: peers.map(withoutSites) }),
    };
    writeAtomicallySync(this.#path, `${JSON.stringify(file, null, 2)}\n`);
  }
}

function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** @throws HitError `invalid` */
function readSites(names: readonly string[]): string[] {
  if (names.length === 0) throw new HitError('invalid', 'sites is empty: leave it out for all sites');
  if (names.length > MOST_BOUND_SITES) {
    const message = `sites has ${names.length} values, ${MOST_BOUND_SITES} are allowed`;
    throw new HitError('invalid', message);
  }
  const sites = names.map((name) => {
    const site = siteName(name);
    if (site === '') throw new HitError('invalid', `sites: "${printable(name)}" is not a host name`);
    return site;
  });
  return [...new Set(sites)];
}

/**
 * Reads the file. Bound tokens are in a list of their own, so that earlier versions, which do not know their sites, ignore them
 * instead of accepting them for all sites. So are tokens of the scope `peer`, for which they would reject the file.
 */
function read(path: string): StoredToken[] {
  if (!existsSync(path)) return [];
  try {
    const {
      tokens,
      bound = [],
      peers = [],
    } = JSON.parse(readFileSync(path, 'utf8')) as Readonly<Record<string, unknown>>;
    if (!Array.isArray(tokens) || !tokens.every(isKept)) throw new Error('it contains no list of tokens');
    if (!Array.isArray(bound) || !bound.every(isBound))
      throw new Error('it contains no list of bound tokens');
    if (!Array.isArray(peers) || !peers.every(isKept)) throw new Error('it contains no list of peer tokens');
    const unbound = [...tokens, ...peers].map((token) => ({ ...token, sites: null }));
    const all: StoredToken[] = [...unbound, ...bound];
    return all.sort((a, b) => a.created.localeCompare(b.created));
  } catch (error) {
    const message = `${path} cannot be read: ${messageOf(error)}. Restore it from a backup, or delete it and create new tokens`;
    throw new HitError('data_dir_unusable', message, { cause: error });
  }
}

function isPeer({ scope }: StoredToken): boolean {
  return scope === 'peer';
}

function isUnbound({ sites }: StoredToken): boolean {
  return sites === null;
}

function withoutSites({ sites: _, ...token }: StoredToken): Omit<StoredToken, 'sites'> {
  return token;
}

function isKept(value: unknown): value is Omit<StoredToken, 'sites'> {
  if (typeof value !== 'object' || value === null || 'sites' in value) return false;
  return isStored(value);
}

function isBound(value: unknown): value is StoredToken {
  if (typeof value !== 'object' || value === null || !('sites' in value) || !isStored(value)) return false;
  const { sites } = value;
  return Array.isArray(sites) && sites.length > 0 && sites.every(isSite);
}

function isSite(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && siteName(value) === value;
}

function isStored(value: object): boolean {
  const { id, name, scope, created, used, digest } = value as Readonly<Record<string, unknown>>;
  const areTexts = [id, name, created, digest].every((field) => typeof field === 'string' && field !== '');
  return areTexts && SCOPES.includes(scope as Scope) && (used === null || typeof used === 'string');
}
