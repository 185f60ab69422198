/** What an event is worth: a value, and its currency. */

/** As many digits as the store keeps. */
const DECIMAL = /^-?\d{1,30}(?:\.\d{1,8})?$/;
const DIGITS = 8;

const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));

/**
 * A decimal number as text. A number is rounded to 8 digits after the point; a text is exact.
 *
 * @returns '' if it is missing; undefined if it is not a number, or has more than 30 digits before the point or 8 after
 * @example
 * readValue('19.90'); // '19.90'
 * readValue(0.1 + 0.2); // '0.3'
 */
export function readValue(given: unknown): string | undefined {
  if (given === undefined || given === null || given === '') return '';
  const text = typeof given === 'number' ? given.toFixed(DIGITS).replace(/\.?0+$/, '') : given;
  return typeof text === 'string' && DECIMAL.test(text) ? text : undefined;
}

/** The ISO 4217 code of a currency, in any case; '' if it is missing; undefined if there is no such currency. */
export function readCurrency(given: unknown): string | undefined {
  if (given === undefined || given === null || given === '') return '';
  const code = typeof given === 'string' ? given.toUpperCase() : '';
  return CURRENCIES.has(code) ? code : undefined;
}
