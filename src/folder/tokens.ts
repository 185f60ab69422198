import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HitError, messageOf } from '../errors.ts';
import { writePrivateFile } from './private-file.ts';

/** What a token is good for: reading statistics, or sending hits. */
export const SCOPES = ['read', 'write'] as const;
export type Scope = (typeof SCOPES)[number];

const MOST = 100;
const LONGEST_NAME = 100;
const BYTES = 24;
/** What a token begins with, so that one which leaked is known for what it is. */
const PREFIX = 'hit_';
/** How exactly it is kept when a token was last used, in milliseconds: the file is not written at each request. */
const USED_EVERY = 3_600_000;

/** A token without itself. Times are ISO 8601 UTC. */
export interface TokenEntry {
  readonly id: string;
  readonly name: string;
  readonly scope: Scope;
  readonly created: string;
  readonly used: string | null;
}

interface Kept extends TokenEntry {
  /** SHA-256 of the token, as base64url. */
  readonly digest: string;
}

/** Tokens for programs: `tokens.json` in the data folder, which has their digests only. */
export class Tokens {
  readonly #path: string;
  readonly #now: () => number;
  #kept: Map<string, Kept>;

  private constructor(path: string, kept: readonly Kept[], now: () => number) {
    this.#path = path;
    this.#now = now;
    this.#kept = byDigest(kept);
  }

  /** @throws HitError `data_dir_unusable` where the file is damaged */
  static open(folder: string, now: () => number): Tokens {
    const path = join(folder, 'tokens.json');
    return new Tokens(path, existsSync(path) ? read(path) : [], now);
  }

  get entries(): readonly TokenEntry[] {
    return Array.from(this.#kept.values(), ({ digest: _, ...entry }) => entry);
  }

  /**
   * Makes a token.
   *
   * @returns it, and what is kept of it
   * @throws HitError `invalid` for a name that is empty or too long, or where there are 100; `data_dir_unusable`
   */
  create(name: string, scope: Scope): { readonly token: string; readonly entry: TokenEntry } {
    const text = name.trim();
    if (text === '' || text.length > LONGEST_NAME) {
      throw new HitError('invalid', `name is not a text of 1 to ${LONGEST_NAME} characters`);
    }
    if (this.#kept.size >= MOST) throw new HitError('invalid', `there are ${MOST} tokens: revoke one first`);
    const token = PREFIX + randomBytes(BYTES).toString('base64url');
    const entry = { id: randomUUID(), name: text, scope, created: this.#time(), used: null };
    this.#save([...this.#kept.values(), { ...entry, digest: digestOf(token) }]);
    return { token, entry };
  }

  /** @returns whether there was one */
  revoke(id: string): boolean {
    const rest = [...this.#kept.values()].filter((kept) => kept.id !== id);
    if (rest.length === this.#kept.size) return false;
    this.#save(rest);
    return true;
  }

  /** What a token is good for; undefined for what is none. It is noted that it was used. */
  scopeOf(token: string): Scope | undefined {
    const kept = token.startsWith(PREFIX) ? this.#kept.get(digestOf(token)) : undefined;
    if (!kept) return undefined;
    if (kept.used === null || this.#now() - Date.parse(kept.used) > USED_EVERY) this.#note(kept);
    return kept.scope;
  }

  #note(used: Kept): void {
    const noted = [...this.#kept.values()].map((kept) =>
      kept === used ? { ...kept, used: this.#time() } : kept,
    );
    try {
      this.#save(noted);
    } catch {
      // The disk is full, say. Whoever has the token is let in all the same.
      this.#kept = byDigest(noted);
    }
  }

  #save(kept: readonly Kept[]): void {
    writePrivateFile(this.#path, { tokens: kept });
    this.#kept = byDigest(kept);
  }

  #time(): string {
    return new Date(this.#now()).toISOString();
  }
}

/** Looked up by digests, so that how long that takes says nothing of a token. */
function byDigest(kept: readonly Kept[]): Map<string, Kept> {
  return new Map(kept.map((each) => [each.digest, each]));
}

function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

function read(path: string): Kept[] {
  try {
    const { tokens } = JSON.parse(readFileSync(path, 'utf8')) as { tokens: unknown };
    if (!Array.isArray(tokens) || !tokens.every(isKept)) throw new Error('"tokens" is no list of tokens');
    return tokens;
  } catch (error) {
    throw new HitError(
      'data_dir_unusable',
      `${path} cannot be read: ${messageOf(error)}. Restore it from a backup, or delete it: all tokens are then revoked`,
      { cause: error },
    );
  }
}

function isKept(value: unknown): value is Kept {
  const { id, name, scope, created, used, digest } = Object(value) as Partial<Record<keyof Kept, unknown>>;
  return (
    [id, name, created, digest].every((text) => typeof text === 'string') &&
    SCOPES.some((each) => each === scope) &&
    (used === null || typeof used === 'string')
  );
}
