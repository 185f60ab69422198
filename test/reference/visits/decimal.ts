/** Decimals of any length, exact: money must not be rounded on its way. */

export interface Decimal {
  readonly digits: bigint;
  /** How many of the digits are behind the point. */
  readonly scale: number;
}

export const ZERO: Decimal = { digits: 0n, scale: 0 };

/** @returns undefined for what is not a plain decimal such as `-12.50` */
export function decimalOf(text: string): Decimal | undefined {
  const match = /^(-?\d+)(?:\.(\d+))?$/.exec(text);
  if (!match) return undefined;
  const [, whole = '', fraction = ''] = match;
  return { digits: BigInt(whole + fraction), scale: fraction.length };
}

export function sum(a: Decimal, b: Decimal): Decimal {
  const scale = Math.max(a.scale, b.scale);
  return { digits: scaled(a, scale) + scaled(b, scale), scale };
}

/** Below 0 if a is less than b, 0 if they are equal. */
export function compare(a: Decimal, b: Decimal): number {
  const scale = Math.max(a.scale, b.scale);
  const difference = scaled(a, scale) - scaled(b, scale);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** A part of a decimal with that many digits behind the point; halves are rounded away from zero. */
export function divided(a: Decimal, divisor: number, scale: number): Decimal {
  const above = Math.max(a.scale, scale);
  const divided = scaled(a, above);
  const by = BigInt(divisor) * 10n ** BigInt(above - scale);
  const size = divided < 0n ? -divided : divided;
  const rounded = (2n * size + by) / (2n * by);
  return { digits: divided < 0n ? -rounded : rounded, scale };
}

/** The decimal with at least that many digits behind the point, and no zeros beyond them. */
export function textOf(a: Decimal, leastDigits: number): string {
  let { digits, scale } = a;
  while (scale > leastDigits && digits % 10n === 0n) {
    digits /= 10n;
    scale--;
  }
  if (scale < leastDigits) {
    digits *= 10n ** BigInt(leastDigits - scale);
    scale = leastDigits;
  }
  const sign = digits < 0n ? '-' : '';
  const text = String(digits < 0n ? -digits : digits).padStart(scale + 1, '0');
  return scale === 0 ? sign + text : `${sign}${text.slice(0, -scale)}.${text.slice(-scale)}`;
}

/** How many digits behind the point a currency has: 2 for EUR, 0 for JPY, 3 for KWD. */
export function digitsOf(currency: string): number {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  return format.resolvedOptions().maximumFractionDigits ?? 2;
}

function scaled(a: Decimal, scale: number): bigint {
  return a.digits * 10n ** BigInt(scale - a.scale);
}
