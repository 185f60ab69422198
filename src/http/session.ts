import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HitError, messageOf } from '../errors.ts';
import { writeAtomicallySync } from '../files/atomic.ts';
import { object, type Static, TEXT, TIME } from '../schema/schema.ts';

const NAME = 'hit_admin';
const VALUE = /^([0-9a-f]{16})\.([0-9a-z]{1,11})\.([\w-]{43})$/;
/** Most open sessions: one more ends the oldest. */
const MOST_SESSIONS = 1000;

export const SESSION_ENTRY = object({ id: TEXT, created: TIME, expires: TIME });
/** A signed-in browser, without its cookie. */
type SessionEntry = Static<typeof SESSION_ENTRY>;

interface Stored {
  readonly open: readonly SessionEntry[];
  /** Those that ended before they expired. */
  readonly ended: readonly SessionEntry[];
}

/**
 * Browsers that presented the admin token once. A session is a cookie with its ID and expiry time, signed with the token: it does
 * not reveal the token, and becomes invalid when the token changes, or on its sign-out. `sessions.json` in the data folder lists
 * the sessions that are open, and those that ended before they expired. Nodes with the same token accept each other's
 * sessions; only the node that signed a browser in lists its session, and an end is known to the node that it was requested from.
 *
 * @example
 * const sessions = new Sessions({ folder: './data', adminToken, seconds: 86_400, now: Date.now });
 * reply.header('set-cookie', sessions.open(true));
 * sessions.isOpen(cookieValue(request.headers.cookie ?? '', Sessions.NAME)); // true
 */
export class Sessions {
  static readonly NAME = NAME;
  readonly #path: string;
  readonly #token: string;
  readonly #seconds: number;
  readonly #now: () => number;
  #open: Map<string, SessionEntry>;
  #ended: Map<string, SessionEntry>;

  /**
   * @param options `seconds`: how long a browser stays signed in
   * @throws HitError `data_dir_unusable` if the file is damaged
   */
  constructor({
    folder,
    adminToken,
    seconds,
    now,
  }: {
    readonly folder: string;
    readonly adminToken: string;
    readonly seconds: number;
    readonly now: () => number;
  }) {
    this.#path = join(folder, 'sessions.json');
    this.#token = adminToken;
    this.#seconds = seconds;
    this.#now = now;
    const { open, ended } = read(this.#path);
    this.#open = new Map(open.map((entry) => [entry.id, entry]));
    this.#ended = new Map(ended.map((entry) => [entry.id, entry]));
  }

  /** Signs a browser in. @param secure whether the request came over TLS @returns the `Set-Cookie` header */
  open(secure: boolean): string {
    const now = this.#now();
    const id = randomBytes(8).toString('hex');
    const end = Math.floor(now / 1000 + this.#seconds);
    const entry = {
      id,
      created: new Date(now).toISOString(),
      expires: new Date(end * 1000).toISOString(),
    };
    const open = new Map(this.#open).set(id, entry);
    const ended = new Map(this.#ended);
    for (const [first, oldest] of open) {
      if (open.size <= MOST_SESSIONS) break;
      open.delete(first);
      ended.set(first, oldest);
    }
    this.#save(open, ended);
    const value = `${id}.${end.toString(36)}`;
    return headerOf(`${value}.${this.#sign(value)}`, this.#seconds, secure);
  }

  /** Ends the session of a cookie, if it is one. */
  close(value: string): void {
    const [, id = '', end = ''] = VALUE.exec(value) ?? [];
    if (!this.isOpen(value)) return;
    const expires = new Date(Number.parseInt(end, 36) * 1000).toISOString();
    this.#end(this.#open.get(id) ?? { id, created: new Date(this.#now()).toISOString(), expires });
  }

  /** Ends a session of the list. @returns whether it was open */
  end(id: string): boolean {
    const entry = this.list().find((each) => each.id === id);
    if (entry) this.#end(entry);
    return entry !== undefined;
  }

  /** Open sessions, in order of creation. */
  list(): SessionEntry[] {
    return [...this.#open.values()].filter(({ expires }) => Date.parse(expires) > this.#now());
  }

  /** The header that deletes the cookie. */
  endingCookie(secure: boolean): string {
    return headerOf('', 0, secure);
  }

  isOpen(value: string): boolean {
    const [, id = '', end = '', signature = ''] = VALUE.exec(value) ?? [];
    if (id === '' || !(Number.parseInt(end, 36) * 1000 > this.#now()) || this.#ended.has(id)) return false;
    return timingSafeEqual(Buffer.from(signature), Buffer.from(this.#sign(`${id}.${end}`)));
  }

  #end(entry: SessionEntry): void {
    const open = new Map(this.#open);
    open.delete(entry.id);
    this.#save(open, new Map(this.#ended).set(entry.id, entry));
  }

  /** On disk before it takes effect: an ended session must not come back after a restart. */
  #save(open: Map<string, SessionEntry>, ended: Map<string, SessionEntry>): void {
    for (const list of [open, ended])
      for (const [id, { expires }] of list) if (Date.parse(expires) <= this.#now()) list.delete(id);
    const text = JSON.stringify({ open: [...open.values()], ended: [...ended.values()] }, null, 2);
    writeAtomicallySync(this.#path, `${text}\n`);
    this.#open = open;
    this.#ended = ended;
  }

  #sign(value: string): string {
    return createHmac('sha256', this.#token).update(`session ${value}`).digest('base64url');
  }
}

/** Never sent with requests of pages of another site. */
function headerOf(value: string, seconds: number, secure: boolean): string {
  return `${NAME}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
}

function read(path: string): Stored {
  if (!existsSync(path)) return { open: [], ended: [] };
  try {
    const { open, ended } = JSON.parse(readFileSync(path, 'utf8')) as Readonly<Record<string, unknown>>;
    if (isList(open) && isList(ended)) return { open, ended };
    throw new Error('it holds no lists of sessions');
  } catch (error) {
    const message = `${path} cannot be read: ${messageOf(error)}. Restore it from a backup, or change the admin token and delete it, so that sessions that ended stay ended`;
    throw new HitError('data_dir_unusable', message, { cause: error });
  }
}

function isList(value: unknown): value is SessionEntry[] {
  return Array.isArray(value) && value.every(isEntry);
}

function isEntry(value: unknown): boolean {
  const { id, created, expires } = Object(value) as Readonly<Record<string, unknown>>;
  return typeof id === 'string' && typeof created === 'string' && !Number.isNaN(Date.parse(String(expires)));
}
