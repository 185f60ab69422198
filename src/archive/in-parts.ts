import { quote } from '../clickhouse/literals.ts';
import { writerSql } from '../clickhouse/watermarks.ts';
import { DAY } from '../timing/units.ts';
import type { Part } from './manifest.ts';

const LARGEST = 2n ** 64n - 1n;
/** Added to days since 1970, which may be negative. */
const DAY_OFFSET = 131_072;

/** SQL: a time. @param milliseconds since 1970 UTC */
export function timeText(milliseconds: number): string {
  return `fromUnixTimestamp64Milli(CAST(${milliseconds}, 'Int64'))`;
}

/** Start of a UTC day, in milliseconds since 1970. @param day `2026-01-31` */
export function startOf(day: string): number {
  return Date.parse(`${day}T00:00:00Z`);
}

/** SQL: whether a hit is in a period. @param to exclusive */
export function during(from: number, to: number): string {
  return `time >= ${timeText(from)} AND time < ${timeText(to)}`;
}

/**
 * SQL: whether a hit is in one of these parts, by its site, day and batch. Site, day and writer form one number, which is
 * looked up in a table: the cost for each hit does not depend on the number of parts.
 */
export function inParts(parts: readonly Part[]): string {
  const sites = [...new Set(parts.map(({ manifest }) => manifest.site))];
  const indexes = new Map(sites.map((site, index) => [site, BigInt(index + 1)]));
  /** Key → the first batch that is in no part. */
  const bounds = new Map<bigint, bigint>();
  for (const { manifest } of parts) {
    const day = BigInt(startOf(manifest.day) / DAY + DAY_OFFSET);
    for (const [writer, last] of manifest.watermarks) {
      const key = (indexes.get(manifest.site)! << 40n) | (day << 22n) | BigInt(writer);
      const bound = last < LARGEST ? last + 1n : last;
      if (bound > (bounds.get(key) ?? 0n)) bounds.set(key, bound);
    }
  }
  if (bounds.size === 0) return 'false';
  const site = `transform(toString(site), [${sites.map(quote)}], [${[...indexes.values()]}], 0)`;
  const day = `toUInt64(toInt32(toDate32(time)) + ${DAY_OFFSET})`;
  const key = `bitShiftLeft(toUInt64(${site}), 40) + bitShiftLeft(${day}, 22) + ${writerSql()}`;
  return `batch < transform(${key}, [${[...bounds.keys()]}], [${[...bounds.values()]}], toUInt64(0))`;
}
