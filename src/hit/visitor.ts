import { hex64, KeyedHash } from './hash.ts';

/** Name of the visitor cookie. */
const COOKIE_NAME = 'hit';
/** Maximum cookie lifetime that browsers allow, in seconds: 400 days. */
const COOKIE_SECONDS = 400 * 86_400;
const VALUE = /^([0-9a-f]{8})([0-9a-f]{8})\.([0-9a-f]{16})$/;
/** Maximum cookies of this name to try: other software on a parent domain may set its own. */
const MAX_COOKIES_TRIED = 8;

export interface VisitorId {
  readonly high: number;
  readonly low: number;
}

/**
 * Signs and checks the first-party cookie that names a visitor. A value is `<id>.<signature>`, both 16 hexadecimal
 * digits; the signature is a SipHash under a secret key over the site and the id, so a value is useless on another
 * site.
 *
 * @example
 * const cookies = new VisitorCookie(randomBytes(16));
 * cookies.read('example.com', 'theme=dark; hit=0011223344556677.8899aabbccddeeff'); // undefined: forged
 */
export class VisitorCookie {
  readonly #hash: KeyedHash;

  constructor(key: Uint8Array) {
    this.#hash = new KeyedHash(key);
  }

  /** The visitor in a `Cookie` header, or undefined if it has none or is forged. */
  read(site: string, header: string): VisitorId | undefined {
    let tried = 0;
    for (const value of cookieValues(header, COOKIE_NAME)) {
      const visitor = this.#check(site, value);
      if (visitor) return visitor;
      if (++tried === MAX_COOKIES_TRIED) break;
    }
    return undefined;
  }

  /** The `Set-Cookie` header that identifies this visitor. */
  write(site: string, visitor: VisitorId, secure: boolean): string {
    const id = hex64(visitor.high, visitor.low);
    const flags = `Path=/; Max-Age=${COOKIE_SECONDS}; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`;
    return `${COOKIE_NAME}=${id}.${this.#sign(site, id)}; ${flags}`;
  }

  #check(site: string, value: string): VisitorId | undefined {
    const match = VALUE.exec(value);
    if (!match || this.#sign(site, match[1]! + match[2]!) !== match[3]) return undefined;
    return { high: Number.parseInt(match[1]!, 16), low: Number.parseInt(match[2]!, 16) };
  }

  #sign(site: string, id: string): string {
    this.#hash.digest(`${site} ${id}`);
    return hex64(this.#hash.high, this.#hash.low);
  }
}

/** Value of one cookie in a `Cookie` header, or ''. */
export function cookieValue(header: string, name: string): string {
  for (const value of cookieValues(header, name)) return value;
  return '';
}

/** A name may occur more than once, set for several paths and domains; the most specific comes first. */
function* cookieValues(header: string, name: string): Generator<string> {
  let start = 0;
  while (start < header.length) {
    let end = header.indexOf(';', start);
    if (end < 0) end = header.length;
    while (header.charCodeAt(start) === 32) start++;
    if (header.startsWith(name, start) && header.charCodeAt(start + name.length) === 61) {
      yield header.slice(start + name.length + 1, end).trim();
    }
    start = end + 1;
  }
}
