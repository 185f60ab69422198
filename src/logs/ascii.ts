/** Character codes that occur in access logs. */

export const LINE_FEED = 10;
export const CARRIAGE_RETURN = 13;
export const SPACE = 32;
export const QUOTE = 34;
export const HASH = 35;
export const PLUS = 43;
export const DASH = 45;
export const SLASH = 47;
export const ZERO = 48;
export const COLON = 58;
export const UPPER_A = 65;
export const UPPER_M = 77;
export const UPPER_T = 84;
export const UPPER_Z = 90;
export const OPENING_BRACKET = 91;
export const BACKSLASH = 92;
export const CLOSING_BRACKET = 93;
export const UNDERSCORE = 95;
export const OPENING_BRACE = 123;
export const DELETE = 127;

/** Whether the character at an index is a digit; false past the end. */
export function isDigit(text: string, at: number): boolean {
  const value = text.charCodeAt(at) - ZERO;
  return value >= 0 && value <= 9;
}
