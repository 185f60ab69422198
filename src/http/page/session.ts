import { createHmac, timingSafeEqual } from 'node:crypto';

/** How long a browser stays signed in. */
export const SESSION_SECONDS = 30 * 86_400;

/**
 * What a browser keeps in place of the token: when it ends, signed with the token. Whoever steals it has no token, and a
 * new token ends all sessions.
 *
 * @param now milliseconds since 1970
 */
export function makeSession(token: string, now: number): string {
  const end = Math.floor(now / 1000) + SESSION_SECONDS;
  return `${end}.${sign(token, String(end))}`;
}

/** Whether a session was made with this token, and goes on. */
export function isSession(text: string, token: string, now: number): boolean {
  const [, end = '', signature = ''] = /^(\d{1,12})\.([\w-]{43})$/.exec(text) ?? [];
  if (end === '' || Number(end) * 1000 <= now) return false;
  return timingSafeEqual(Buffer.from(signature), Buffer.from(sign(token, end)));
}

function sign(token: string, end: string): string {
  return createHmac('sha256', token).update(`session until ${end}`).digest('base64url');
}
