import {
  type OverlapDay,
  overlappingVisits,
  type RecountEngine,
  recountVisits,
  type VisitDay,
} from '../visits/recount.ts';
import { type Check, error, ok, some } from './check.ts';

/** Days whose visits are wrong. */
export interface WrongVisits {
  /** Days on which visits begin that do not count the hits that are stored. */
  readonly different: readonly VisitDay[];
  /** Days on which visits begin that overlap, or have no silence of 30 minutes between them. */
  readonly overlapping: readonly OverlapDay[];
  /** All days that were counted. */
  readonly days: number;
}

/** Whether the visits match the hits, by site and day, for days that still have their hits. */
export const visits: Check = {
  name: 'visits',
  async run({ engine }) {
    const { different, overlapping, days } = await wrongVisits(engine);
    const mend = '--repair computes the visits of days again whose hits are all there';
    if (different.length > 0) {
      return error(
        `visits of ${different.length} of ${days} days differ from their hits: ${some(different.map(textOf))}`,
        mend,
      );
    }
    if (overlapping.length > 0) {
      const names = overlapping.map(({ site, day }) => `${site} on ${day}`);
      return error(`visits of one visitor overlap on ${overlapping.length} days: ${some(names)}`, mend);
    }
    return ok(`visits of ${days} site-days match their hits`);
  },
};

/** @throws HitError `store_unavailable` */
export async function wrongVisits(engine: RecountEngine): Promise<WrongVisits> {
  const all = await recountVisits(engine, 'known');
  return {
    different: all.filter(({ counted, stored }) => counted !== stored),
    overlapping: await overlappingVisits(engine),
    days: all.length,
  };
}

function textOf({ site, day, counted, stored }: VisitDay): string {
  return `${site} on ${day}: ${counted} hits in visits, and ${stored} stored`;
}
