/**
 * E-mail addresses in paths, which name a person: they are not stored.
 *
 * An address is looked for around each `@`, in a bounded number of characters before it, so the time is linear in the text.
 */

const REPLACEMENT = '[email]';
/** `@`, also percent-encoded. */
const AT = /@|%40/g;
/**
 * What is before it: at most 64 characters (RFC 5321, 4.5.3.1.1). A look-behind reads backwards, and so tries one start only.
 */
const LOCAL = /(?<=([^\s/?#&=;,:@"<>()[\]\\]{1,64}))/uy;
/** Of a label outside of ASCII, also percent-encoded, as browsers do. */
const FOREIGN = String.raw`[\u{80}-\u{10ffff}]|%[89a-fA-F][\da-fA-F]`;
const LABEL = `(?:[a-zA-Z0-9-]|${FOREIGN}){1,63}`;
const LAST_LABEL = `((?:[a-zA-Z]|${FOREIGN}){2,63}|[xX][nN]--[a-zA-Z0-9-]{2,59})`;
/** Text outside of ASCII may follow at once. */
const DOMAIN = new RegExp(`(?:${LABEL}\\.){1,8}${LAST_LABEL}(?![a-zA-Z0-9-])`, 'uy');
/** As in `package@1.2.3-beta.next`. */
const VERSION = /^v?\d+\.\d+\./;
/** Endings of files, as in `logo@2x.png`, which no domain has. */
const FILE_ENDINGS = new Set(
  [
    'png jpg jpeg gif svg webp avif heic ico bmp tif tiff mpg mpeg avi webm ogg wav flac woff ttf otf eot',
    'css scss js mjs cjs jsx ts tsx wasm json html htm xml rss txt csv php asp aspx jsp',
    'pdf doc docx xls xlsx ppt pptx gz tgz tar jar exe dmg apk',
  ].flatMap((endings) => endings.split(' ')),
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
    LOCAL.lastIndex = index;
    const local = LOCAL.exec(text)?.[1] ?? '';
    const start = Math.max(rest, index - local.length);
    DOMAIN.lastIndex = index + at.length;
    const domain = start === index ? null : DOMAIN.exec(text);
    if (!domain || VERSION.test(domain[0]) || FILE_ENDINGS.has(domain[1]!.toLowerCase())) continue;
    clean += text.slice(rest, start) + REPLACEMENT;
    rest = DOMAIN.lastIndex;
  }
  return clean + text.slice(rest);
}
