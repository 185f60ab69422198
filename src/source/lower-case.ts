/**
 * Lower case of the letters A to Z alone, as `lower` of ClickHouse has it. Hosts have no others, as a URL has them in
 * Punycode; in tags, the rules of Unicode differ between programs and versions, and the same tag would get two names.
 */
export function lowerCase(text: string): string {
  return text.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
}
