/** The period of a query, and the data known for it. */
import type { Span } from './engine/query.ts';
import { isoTime } from './engine/rows.ts';
import { firstTime } from './first-time.ts';
import type { KnownTimes } from './known-times.ts';
import type { AskedScope } from './language/scope-reader.ts';
import type { Source } from './source.ts';

/**
 * The period as times.
 *
 * @param now milliseconds since 1970, at which `all` ends
 */
export async function periodOf(
  source: Source,
  { period, sites }: Pick<AskedScope, 'period' | 'sites'>,
  now: number,
): Promise<Span> {
  return period ?? (await wholePeriod(source, sites, now));
}

export function periodText({ from, to }: Span): { from: string; to: string } {
  return { from: isoTime(from), to: isoTime(to) };
}

/** The data known for periods both before and after a query: purges, restorations and repairs may run meanwhile. */
export async function withKnownTimes<Result>(
  look: () => Promise<KnownTimes[]>,
  ask: (known: readonly KnownTimes[]) => Promise<Result>,
): Promise<{ result: Result; known: readonly KnownTimes[] }> {
  const before = await look();
  const result = await ask(before);
  const after = await look();
  const known = after.map(({ hits, rollups, visits, visitsUntil }, at) => ({
    hits: Math.max(hits, before[at]!.hits),
    visits: Math.max(visits, before[at]!.visits),
    rollups: Math.max(rollups, before[at]!.rollups),
    visitsUntil: Math.min(visitsUntil, before[at]!.visitsUntil),
  }));
  return { result, known };
}

async function wholePeriod(source: Source, sites: readonly string[], now: number): Promise<Span> {
  const first = (await firstTime(source, sites)) ?? now - 1;
  return { from: Math.min(first, now - 1), to: now };
}
