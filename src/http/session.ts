import { createHmac, timingSafeEqual } from 'node:crypto';

/** Seconds for which somebody stays signed in. */
const SECONDS = 30 * 86_400;
const NAME = 'hit_admin';
const VALUE = /^([0-9a-z]{1,11})\.([\w-]{43})$/;

/**
 * Browsers that showed the admin token once: a cookie that says until when, and is signed under the token. So it is no use to
 * find out the token, ends by itself, and ends for all when the token is changed; no list of sessions is kept.
 *
 * @example
 * const sessions = new Sessions(adminToken, Date.now);
 * reply.header('set-cookie', sessions.cookie(true));
 * sessions.isOpen(cookieValue(request.headers.cookie ?? '', Sessions.NAME)); // true
 */
export class Sessions {
  static readonly NAME = NAME;
  readonly #token: string;
  readonly #now: () => number;

  constructor(adminToken: string, now: () => number) {
    this.#token = adminToken;
    this.#now = now;
  }

  /** The `Set-Cookie` header that signs a browser in. @param secure whether it came over TLS */
  cookie(secure: boolean): string {
    const end = Math.floor(this.#now() / 1000 + SECONDS).toString(36);
    return headerOf(`${end}.${this.#sign(end)}`, SECONDS, secure);
  }

  /** The one that signs it out. */
  endingCookie(secure: boolean): string {
    return headerOf('', 0, secure);
  }

  isOpen(value: string): boolean {
    const [, end = '', signature = ''] = VALUE.exec(value) ?? [];
    if (end === '' || !(Number.parseInt(end, 36) * 1000 > this.#now())) return false;
    return timingSafeEqual(Buffer.from(signature), Buffer.from(this.#sign(end)));
  }

  #sign(end: string): string {
    return createHmac('sha256', this.#token).update(`session until ${end}`).digest('base64url');
  }
}

/** Never sent along by a page of another site. */
function headerOf(value: string, seconds: number, secure: boolean): string {
  return `${NAME}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
}
