/**
 * E-mail addresses in paths, which name a person: they are not stored.
 *
 * An address is looked for around each `@`, in a bounded number of characters before it, so the time is linear in the text.
 */

const REPLACEMENT = '[email]';
/** `@`, also percent-encoded. */
const AT = /@|%40/g;
/** Most characters before it (RFC 5321, 4.5.3.1.1). */
const LONGEST_LOCAL = 64;
const LOCAL = /[^\s/?#&=;,:@"<>()[\]\\]+$/;
const DOMAIN = /(?:[a-z0-9-]{1,63}\.){1,8}([a-z]{2,24})(?![a-z0-9-])/iy;
/** Endings of files, as in `logo@2x.png`, which no domain has. */
const FILE_ENDINGS = new Set(
  'png jpg jpeg gif svg webp avif ico bmp css js mjs json html htm xml txt pdf php asp aspx jsp woff ttf gz tar'.split(
    ' ',
  ),
);

/**
 * A text with `[email]` in place of each e-mail address.
 *
 * @example
 * withoutEmails('/users/ann@example.com/edit'); // '/users/[email]/edit'
 * withoutEmails('/@ann/logo@2x.png');           // unchanged
 */
export function withoutEmails(text: string): string {
  if (!text.includes('@') && !text.includes('%40')) return text;
  let clean = '';
  let rest = 0;
  for (const { 0: at, index } of text.matchAll(AT)) {
    const before = text.slice(Math.max(rest, index - LONGEST_LOCAL), index);
    const local = LOCAL.exec(before)?.[0] ?? '';
    DOMAIN.lastIndex = index + at.length;
    const domain = local === '' ? null : DOMAIN.exec(text);
    if (!domain || FILE_ENDINGS.has(domain[1]!.toLowerCase())) continue;
    clean += text.slice(rest, index - local.length) + REPLACEMENT;
    rest = DOMAIN.lastIndex;
  }
  return clean + text.slice(rest);
}
