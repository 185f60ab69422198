/** Amounts of money: exact decimals, by currency. */
import type { Money } from './query.ts';

/** Sums of a row. Numbers are text or numbers, depending on the engine's version. */
export type Sums = Readonly<Record<string, unknown>>;

/** The money of a row, by currency. @param isMean whether it is an average of the amounts, not their sum */
export function moneyOf(sums: Sums, isMean: boolean): Money {
  const all = (sums.revenue ?? {}) as Record<string, string>;
  const counts = (sums.paid ?? {}) as Record<string, string | number>;
  const money: Record<string, string> = {};
  for (const currency of Object.keys(all).sort()) {
    const digits = digitsOf(currency);
    const sum = decimalOf(all[currency]!);
    money[currency] = amountText(isMean ? meanOf(sum, BigInt(counts[currency] ?? 1)) : sum, digits);
  }
  return money;
}

const SCALE = 8;

/** A decimal as a multiple of 10⁻⁸. */
function decimalOf(text: string): bigint {
  const negative = text.startsWith('-');
  const [whole = '0', part = ''] = text.replace('-', '').split('.');
  const value = BigInt(whole) * 10n ** BigInt(SCALE) + BigInt(part.padEnd(SCALE, '0').slice(0, SCALE));
  return negative ? -value : value;
}

/** All digits of an amount, but at least those of its currency. */
function amountText(amount: bigint, digits: number): string {
  let shown = SCALE;
  while (shown > digits && (amount / 10n ** BigInt(SCALE - shown)) % 10n === 0n) shown--;
  return textOf(amount / 10n ** BigInt(SCALE - shown), shown);
}

/** Rounded half away from zero to 10⁻⁸, the smallest part of a value. */
function meanOf(sum: bigint, count: bigint): bigint {
  const size = sum < 0n ? -sum : sum;
  const rounded = (2n * size + count) / (2n * count);
  return sum < 0n ? -rounded : rounded;
}

function textOf(value: bigint, digits: number): string {
  const text = String(value < 0n ? -value : value).padStart(digits + 1, '0');
  const sign = value < 0n ? '-' : '';
  return digits === 0 ? sign + text : `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** Digits by currency. There are a few hundred currencies; a lookup takes 0.1 ms, and an answer has many rows. */
const DIGITS = new Map<string, number>();

/** Digits after the point of a currency: 2 for EUR, 0 for JPY. */
function digitsOf(currency: string): number {
  const known = DIGITS.get(currency);
  if (known !== undefined) return known;
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  DIGITS.set(currency, digits);
  return digits;
}
