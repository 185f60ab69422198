import { createHmac, timingSafeEqual } from 'node:crypto';

/** Seconds for which a browser stays signed in. */
const SECONDS = 30 * 86_400;
const NAME = 'hit_admin';
const VALUE = /^([0-9a-z]{1,11})\.([\w-]{43})$/;

/**
 * Browsers that presented the admin token once: a cookie with an expiry time, signed with the token. It does not reveal
 * the token, expires by itself, and becomes invalid when the token changes; no list of sessions is kept.
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

  /** The `Set-Cookie` header that signs a browser in. @param secure whether the request came over TLS */
  cookie(secure: boolean): string {
    const end = Math.floor(this.#now() / 1000 + SECONDS).toString(36);
    return headerOf(`${end}.${this.#sign(end)}`, SECONDS, secure);
  }

  /** The header that signs a browser out. */
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

/** Never sent with requests of pages of another site. */
function headerOf(value: string, seconds: number, secure: boolean): string {
  return `${NAME}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
}
