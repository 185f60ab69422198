import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HitError, messageOf } from '../errors.ts';
import { writeAtomicallySync } from '../files/atomic.ts';
import { choice, described, nullable, object, type Static, TEXT, TIME } from '../schema/schema.ts';
import { HOUR } from '../timing/units.ts';

/** What a token permits: to read counts, or to send hits. */
const SCOPES = ['read', 'write'] as const;
export type Scope = (typeof SCOPES)[number];
export const SCOPE = choice(SCOPES);

export const TOKEN = object({
  id: TEXT,
  name: TEXT,
  scope: SCOPE,
  created: TIME,
  used: described(nullable(TIME), 'last use, rounded down to the hour; null if never used'),
});

/** The public properties of a token. */
export type Token = Static<typeof TOKEN>;

/** The stored form: the SHA-256 of the token in hexadecimal, not the token itself. */
type StoredToken = Token & { readonly digest: string };

const MOST_TOKENS = 100;
const LONGEST_NAME = 100;

/**
 * API tokens issued by an administrator: `tokens.json` in the data folder. A token is shown once, when it is created. Only
 * a digest is stored: it is enough to verify the token, and useless to a thief.
 *
 * @example
 * const tokens = new Tokens('./data', Date.now);
 * const { token } = tokens.create('reports', 'read');
 * tokens.scopeOf(token); // 'read'
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
   * @returns its properties and the token itself, which cannot be retrieved again
   * @throws HitError `invalid` if the name is missing or too long, or there are too many tokens; `data_dir_unusable`
   */
  create(name: string, scope: Scope): Token & { readonly token: string } {
    const title = name.trim();
    if (title === '' || title.length > LONGEST_NAME || /[\u0000-\u001f\u007f]/.test(title)) {
      throw new HitError('invalid', `name: a token has a name of 1 to ${LONGEST_NAME} characters`);
    }
    if (this.#tokens.size >= MOST_TOKENS) {
      throw new HitError('invalid', `there are already ${MOST_TOKENS} tokens: revoke unused ones`);
    }
    const token = `ht_${randomBytes(24).toString('base64url')}`;
    const created = new Date(this.#now()).toISOString();
    const kept = { id: randomBytes(6).toString('hex'), name: title, scope, created, used: null };
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

  /** The scope of a token that a client sent; undefined if it is not valid. */
  scopeOf(text: string): Scope | undefined {
    // The lookup is by digest, so its duration reveals nothing about any token.
    const found = this.#tokens.get(digestOf(text));
    if (!found) return undefined;
    this.#touch(found);
    return found.scope;
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
    writeAtomicallySync(this.#path, `${JSON.stringify({ tokens: [...this.#tokens.values()] }, null, 2)}\n`);
  }
}

function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

function read(path: string): StoredToken[] {
  if (!existsSync(path)) return [];
  try {
    const { tokens } = JSON.parse(readFileSync(path, 'utf8')) as { tokens?: unknown };
    if (Array.isArray(tokens) && tokens.every(isKept)) return tokens;
    throw new Error('it holds no list of tokens');
  } catch (error) {
    const message = `${path} cannot be read: ${messageOf(error)}. Restore it from a backup, or delete it and create new tokens`;
    throw new HitError('data_dir_unusable', message, { cause: error });
  }
}

function isKept(value: unknown): value is StoredToken {
  if (typeof value !== 'object' || value === null) return false;
  const { id, name, scope, created, used, digest } = value as Readonly<Record<string, unknown>>;
  const areTexts = [id, name, created, digest].every((field) => typeof field === 'string' && field !== '');
  return areTexts && SCOPES.includes(scope as Scope) && (used === null || typeof used === 'string');
}
