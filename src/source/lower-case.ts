/**
 * Lower case of the letters A to Z only, like ClickHouse's `lower`. Hosts have no other letters, since URLs use Punycode;
 * in tags, Unicode rules differ between programs and versions, so the same tag could get two names.
 */
export function lowerCase(text: string): string {
  return text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
