/** Numbers as readable text, in English. */

const number = new Intl.NumberFormat('en');
const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const ONE_DIGIT = { minimumFractionDigits: 1, maximumFractionDigits: 1 } as const;
const percent = new Intl.NumberFormat('en', ONE_DIGIT);
const signed = new Intl.NumberFormat('en', { ...ONE_DIGIT, signDisplay: 'exceptZero' });
const UNITS = ['KiB', 'MiB', 'GiB', 'TiB'] as const;

/** `1,234,567`, `0.125`: at most three decimal places. */
export function numberText(value: number): string {
  return number.format(value);
}

/** `1,234,567`: rounded. */
export function wholeText(value: number): string {
  return whole.format(value);
}

/** `12.3 %`. @param share of 1 */
export function percentText(share: number): string {
  return `${percent.format(share * 100)} %`;
}

/** `+12.3 %`: a change, with its sign. */
export function changeText(percentage: number): string {
  return `${signed.format(percentage)} %`;
}

/** `1.5 MiB`, `17 bytes`. */
export function bytesText(bytes: number): string {
  const power = Math.min(UNITS.length, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  if (power === 0) return `${numberText(bytes)} bytes`;
  const value = bytes / 1024 ** power;
  return `${value.toFixed(value < 100 ? 1 : 0)} ${UNITS[power - 1]}`;
}
