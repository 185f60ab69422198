/**
 * Addresses as people read and write them: pages and host names are stored in ASCII form, `/blog/%C3%BCber` of
 * `xn--bcher-kva.example`, as browsers send them.
 */

/** Bytes of characters that are not ASCII. Others, such as `%2F`, have a meaning of their own. */
const ENCODED = /(?:%[89a-f][0-9a-f])+/gi;
const ASCII_LABEL = /(?<![a-z0-9-])xn--[a-z0-9-]+/g;
/** Invisible characters, and those that reverse a text, would disguise an address. */
const DISGUISES = /[\p{Cc}\p{Z}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
/** Latin letters beside similar ones of other alphabets would disguise a host name. */
const MIXED = /(?=.*\p{Script=Latin})(?=.*[\p{Script=Cyrillic}\p{Script=Greek}])/u;

/** An address with its characters instead of their ASCII forms, where they are valid. */
export function readable(address: string): string {
  return address
    .replace(ASCII_LABEL, (label) => {
      const text = decodedLabel(label.slice('xn--'.length));
      return text === undefined || DISGUISES.test(text) || MIXED.test(text) ? label : text;
    })
    .replace(ENCODED, (bytes) => {
      try {
        const text = decodeURIComponent(bytes);
        return DISGUISES.test(text) ? bytes : text;
      } catch {
        return bytes;
      }
    });
}

/** An address as a user types it, or a part or a pattern of one, as it is stored. */
export function storedForm(address: string): string {
  return address.toWellFormed().replace(/[^\0-\x7f]+/g, encodeURIComponent);
}

/** Punycode, RFC 3492 section 6.2. @returns undefined if it is not valid */
function decodedLabel(label: string): string | undefined {
  const dash = label.lastIndexOf('-');
  if (dash === label.length - 1) return undefined;
  const points = Array.from(label.slice(0, Math.max(0, dash)), (each) => each.charCodeAt(0));
  let code = 128;
  let bias = 72;
  let place = 0;
  for (let at = dash + 1; at < label.length; ) {
    const before = place;
    let weight = 1;
    for (let base = 36; ; base += 36) {
      const digit = Number.parseInt(label[at++] ?? '', 36);
      if (Number.isNaN(digit)) return undefined;
      // Letters are 0 to 25, and digits 26 to 35.
      const value = (digit + 26) % 36;
      place += value * weight;
      const threshold = Math.min(Math.max(base - bias, 1), 26);
      if (value < threshold) break;
      weight *= 36 - threshold;
    }
    const count = points.length + 1;
    let delta = Math.floor((place - before) / (before === 0 ? 700 : 2));
    delta += Math.floor(delta / count);
    bias = 0;
    for (; delta > 455; bias += 36) delta = Math.floor(delta / 35);
    bias += Math.floor((36 * delta) / (delta + 38));
    code += Math.floor(place / count);
    place %= count;
    if (code > 0x10ffff) return undefined;
    points.splice(place++, 0, code);
  }
  return String.fromCodePoint(...points);
}
