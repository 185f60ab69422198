/** The pattern of a page as hits have it: their paths begin with a slash, which people leave out. */
export function pagePattern(text: string): string {
  return /^[/*]/.test(text) ? text : `/${text}`;
}
