/** What an event is worth: a value, and its currency. */

/** As many digits as the store keeps. */
const DECIMAL = /^-?\d{1,30}(?:\.\d{1,8})?$/;
const DIGITS = 8;

const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));

/**
 * A decimal number as text. A number is rounded to 8 digits after the point; a text is exact.
 *
 * @returns '' if nothing is told; undefined if it is no number, or has more than 30 digits before the point or 8 after
 * @example
 * readValue('19.90'); // '19.90'
 * readValue(0.1 + 0.2); // '0.3'
 */
export function readValue(told: unknown): string | undefined {
  if (told === undefined || told === null || told === '') return '';
  const text = typeof told === 'number' ? told.toFixed(DIGITS).replace(/\.?0+$/, '') : told;
  return typeof text === 'string' && DECIMAL.test(text) ? text : undefined;
}

/** The ISO 4217 code of a currency, in any case; '' if nothing is told; undefined if there is no such currency. */
export function readCurrency(told: unknown): string | undefined {
  if (told === undefined || told === null || told === '') return '';
  const code = typeof told === 'string' ? told.toUpperCase() : '';
  return CURRENCIES.has(code) ? code : undefined;
}
