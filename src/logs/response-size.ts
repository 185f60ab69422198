/** Sizes of responses in access logs, in bytes. */

/** Unknown, as in logs that do not have it. */
export const NO_SIZE = -1;

/**
 * @param text `512`, or a dash, by which Apache means a response without a body
 * @returns bytes; `NO_SIZE` for another text
 */
export function sizeOf(text: string): number {
  if (text === '-') return 0;
  return /^\d+$/.test(text) ? Math.min(Number(text), Number.MAX_SAFE_INTEGER) : NO_SIZE;
}
