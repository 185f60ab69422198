import { queryText } from '../clickhouse/sql.ts';
import { areSame, coveredBy, readWatermarks } from '../clickhouse/watermarks.ts';
import { type Check, type Examined, error, ok, some } from './check.ts';

/** A UTC day of a site whose rollups do not match its hits. */
export interface DifferentDay {
  readonly site: string;
  /** `2026-11-29` */
  readonly day: string;
  /** Hits in the rollups by day, hour and quarter of an hour; and hits in the store. */
  readonly byDay: number;
  readonly byHour: number;
  readonly byQuarter: number;
  readonly stored: number;
}

/** Attempts to read hits and rollups at the same moment. */
const MAX_ATTEMPTS = 3;

/** Whether rollups match the hits, by site and day, for days that still have their hits. */
export const rollups: Check = {
  name: 'rollups',
  async run({ engine }) {
    const { different, days } = await differentDays(engine);
    if (different.length === 0) return ok(`${days} site-days match their hits`);
    return error(
      `${different.length} of ${days} days differ from their hits: ${some(different.map(textOf))}`,
      '--repair rebuilds the rollups of days with all their hits',
    );
  },
};

function textOf({ site, day, byDay, byHour, byQuarter, stored }: DifferentDay): string {
  return `${site} on ${day}: ${byDay} by day, ${byHour} by hour, ${byQuarter} by quarter, and ${stored} hits`;
}

/**
 * Compares days with neither hits nor rollups purged. Hits that are not rolled up yet are left out on both sides.
 *
 * @throws HitError `store_unavailable`
 */
export async function differentDays(
  engine: Examined['engine'],
): Promise<{ readonly different: readonly DifferentDay[]; readonly days: number }> {
  const watermarks = async () =>
    readWatermarks(await engine.rows<{ writer: string; last: string }>(queryText('rollup_watermarks')));
  let before = await watermarks();
  for (let tries = 1; ; tries++) {
    const rows = await engine.rows<{ site: string; day: string } & Record<Counts, string | number>>(
      queryText('doctor_rollups', { covered: coveredBy(before) }),
    );
    const after = await watermarks();
    const isOneMoment = areSame(before, after);
    before = after;
    if (!isOneMoment && tries < MAX_ATTEMPTS) continue;
    const all = rows.map(({ site, day, by_day, by_hour, by_quarter, stored }) => ({
      ...{ site, day, byDay: Number(by_day), byHour: Number(by_hour) },
      ...{ byQuarter: Number(by_quarter), stored: Number(stored) },
    }));
    const different = all.filter(({ byDay, byHour, byQuarter, stored }) =>
      [byDay, byHour, byQuarter].some((count) => count !== stored),
    );
    return { different, days: all.length };
  }
}

type Counts = 'by_day' | 'by_hour' | 'by_quarter' | 'stored';
