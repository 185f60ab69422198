/** Answers queries about retention. */
import { HitError } from '../../errors.ts';
import type { Source } from '../source.ts';
import type { Calendar } from './answer.ts';
import { Names } from './names.ts';
import { type Cohort, MOST_COHORTS, type Retention, type RetentionAnswer } from './retention-query.ts';
import { retentionStatement } from './retention-sql.ts';
import { isoTime, tableOf } from './rows.ts';
import { ScopeSql } from './scope-sql.ts';

const COOKIELESS =
  'Without cookies, a visitor has a new ID each day (UTC), so someone who returns on a later day counts as a new visitor. Returns in later intervals are therefore unknown, and a cohort of several days counts a visitor once for each day with a visit.';

/**
 * Counts cohorts and how many of their visitors came back.
 *
 * @throws HitError `invalid` for too many intervals; `query_timeout`, `overloaded`, `store_unavailable`
 * @example
 * const { cohorts } = await answerRetention({ store }, { ...scope, interval: 'week', returnFilters: [], identity: 'cookie' }, calendar);
 * cohorts[0]; // { time: '2026-05-04T00:00:00Z', visitors: 120, returned: [120, 31, 18] }
 */
export async function answerRetention(
  source: Source,
  retention: Retention,
  calendar: Calendar,
): Promise<RetentionAnswer> {
  const starts = calendar(retention.interval, retention);
  if (starts.length > MOST_COHORTS) {
    throw new HitError(
      'invalid',
      `the period has ${starts.length} intervals, more than ${MOST_COHORTS}: choose a longer interval or a shorter period`,
    );
  }
  const asked = { ...retention, filters: [...retention.filters, ...retention.returnFilters], dimensions: [] };
  const table = await tableOf(source, retention);
  const names = new Names(asked);
  const { text, parameters } = retentionStatement(new ScopeSql(retention, table, names), retention);
  const rows = await source.store.rowsOf<Record<'cohort' | 'back' | 'visitors', string | number>>(
    text,
    parameters,
  );
  const counts = new Map(rows.map(({ cohort, back, visitors }) => [`${cohort} ${back}`, Number(visitors)]));
  const isKnown = retention.identity === 'cookie';
  const cohorts = starts.map((start, at): Cohort => {
    const countOf = (back: number) => counts.get(`${start} ${back}`) ?? 0;
    return {
      ...{ time: isoTime(start), visitors: countOf(0) },
      returned: starts.slice(at).map((back) => (isKnown || back === start ? countOf(back) : null)),
    };
  });
  return { cohorts, meta: isKnown ? {} : { note: COOKIELESS } };
}
