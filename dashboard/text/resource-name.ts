/** Maximum number of characters of the name of a goal, funnel, segment or annotation. */
export const LONGEST_NAME = 100;

/** A name made of a text, which may be longer. */
export function resourceName(text: string): string {
  const cut = text.trim().slice(0, LONGEST_NAME);
  // Half of a pair of surrogates at the end is no character.
  return (cut.isWellFormed() ? cut : cut.slice(0, -1)).trim();
}
