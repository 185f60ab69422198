import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HitError, messageOf } from '../errors.ts';
import { writeAtomicallySync } from '../files/atomic.ts';

/** What a token is good for: to read counts, or to send hits. */
export type Scope = 'read' | 'write';
export const SCOPES: readonly Scope[] = ['read', 'write'];

/** A token, as far as it is told to anybody. */
export interface Token {
  readonly id: string;
  readonly name: string;
  readonly scope: Scope;
  /** ISO 8601. */
  readonly created: string;
  /** When it was last used, to the hour; null if never. */
  readonly used: string | null;
}

/** As it is kept: SHA-256 of the token, in hexadecimal, and not the token. */
type Kept = Token & { readonly digest: string };

const MOST_TOKENS = 100;
const LONGEST_NAME = 100;
const HOUR = 3_600_000;

/**
 * Tokens that an administrator gave to others: `tokens.json` in the data folder. A token is shown once, when it is made; what
 * is kept of it is a digest, which is enough to know it again and of no use to a thief.
 *
 * @example
 * const tokens = new Tokens('./data', Date.now);
 * const { token } = tokens.create('reports', 'read');
 * tokens.scopeOf(token); // 'read'
 */
export class Tokens {
  readonly #path: string;
  readonly #now: () => number;
  readonly #kept: Map<string, Kept>;

  /** @throws HitError `data_dir_unusable` if what is kept is damaged */
  constructor(folder: string, now: () => number) {
    this.#path = join(folder, 'tokens.json');
    this.#now = now;
    this.#kept = new Map(read(this.#path).map((token) => [token.digest, token]));
  }

  /** In the order in which they were made. */
  list(): Token[] {
    return [...this.#kept.values()].map(({ digest: _, ...token }) => token);
  }

  /**
   * Makes a token.
   *
   * @returns what is kept of it, and the token itself, which nobody can be told again
   * @throws HitError `invalid` for no name, a long one, or one token too many; `data_dir_unusable`
   */
  create(name: string, scope: Scope): Token & { readonly token: string } {
    const title = name.trim();
    if (title === '' || title.length > LONGEST_NAME || /[\u0000-\u001f\u007f]/.test(title)) {
      throw new HitError('invalid', `name: a token has a name of 1 to ${LONGEST_NAME} characters`);
    }
    if (this.#kept.size >= MOST_TOKENS) {
      throw new HitError('invalid', `there are already ${MOST_TOKENS} tokens: revoke unused ones`);
    }
    const token = `ht_${randomBytes(24).toString('base64url')}`;
    const created = new Date(this.#now()).toISOString();
    const kept = { id: randomBytes(6).toString('hex'), name: title, scope, created, used: null };
    this.#kept.set(digestOf(token), { ...kept, digest: digestOf(token) });
    this.#save();
    return { ...kept, token };
  }

  /** @returns whether there was such a token */
  revoke(id: string): boolean {
    const found = [...this.#kept.values()].find((token) => token.id === id);
    if (!found) return false;
    this.#kept.delete(found.digest);
    this.#save();
    return true;
  }

  /** What a text is good for that somebody sent as a token: undefined is nothing. */
  scopeOf(text: string): Scope | undefined {
    // Looked up by digest: how long that takes tells nothing of any token.
    const found = this.#kept.get(digestOf(text));
    if (!found) return undefined;
    this.#note(found);
    return found.scope;
  }

  #note(token: Kept): void {
    const hour = new Date(Math.floor(this.#now() / HOUR) * HOUR).toISOString();
    if (token.used === hour) return;
    this.#kept.set(token.digest, { ...token, used: hour });
    try {
      this.#save();
    } catch {
      // The disk is full, say: that it was used is no reason to refuse it.
    }
  }

  #save(): void {
    writeAtomicallySync(this.#path, `${JSON.stringify({ tokens: [...this.#kept.values()] }, null, 2)}\n`);
  }
}

function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

function read(path: string): Kept[] {
  if (!existsSync(path)) return [];
  try {
    const { tokens } = JSON.parse(readFileSync(path, 'utf8')) as { tokens?: unknown };
    if (Array.isArray(tokens) && tokens.every(isKept)) return tokens;
    throw new Error('it holds no list of tokens');
  } catch (error) {
    const message = `${path} cannot be read: ${messageOf(error)}. Restore it from a backup, or delete it and make tokens anew`;
    throw new HitError('data_dir_unusable', message, { cause: error });
  }
}

function isKept(value: unknown): value is Kept {
  if (typeof value !== 'object' || value === null) return false;
  const { id, name, scope, created, used, digest } = value as Readonly<Record<string, unknown>>;
  const areTexts = [id, name, created, digest].every((field) => typeof field === 'string' && field !== '');
  return areTexts && SCOPES.includes(scope as Scope) && (used === null || typeof used === 'string');
}
