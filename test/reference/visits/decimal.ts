/** Exact decimals of any length: money must not be rounded while it is added up. */

export interface Decimal {
  readonly digits: bigint;
  /** Number of digits after the point. */
  readonly scale: number;
}

export const ZERO: Decimal = { digits: 0n, scale: 0 };

/** @returns undefined unless the text is a plain decimal such as `-12.50` */
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

/** Negative if a is less than b, 0 if they are equal. */
export function compare(a: Decimal, b: Decimal): number {
  const scale = Math.max(a.scale, b.scale);
  const difference = scaled(a, scale) - scaled(b, scale);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** A quotient with so many digits after the point, rounded half away from zero. */
export function divided(a: Decimal, divisor: number, scale: number): Decimal {
  const above = Math.max(a.scale, scale);
  const divided = scaled(a, above);
  const by = BigInt(divisor) * 10n ** BigInt(above - scale);
  const size = divided < 0n ? -divided : divided;
  const rounded = (2n * size + by) / (2n * by);
  return { digits: divided < 0n ? -rounded : rounded, scale };
}

/** The decimal as text, with at least so many digits after the point and no trailing zeros beyond them. */
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

/** Number of digits after the point in amounts of a currency: 2 for EUR, 0 for JPY, 3 for KWD. */
export function digitsOf(currency: string): number {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  return format.resolvedOptions().maximumFractionDigits ?? 2;
}

function scaled(a: Decimal, scale: number): bigint {
  return a.digits * 10n ** BigInt(scale - a.scale);
}
