/** Answers funnels. */
import { HitError } from '../../errors.ts';
import type { Source } from '../source.ts';
import { FEWEST_STEPS, type Funnel, type FunnelAnswer, type FunnelStep, MOST_STEPS } from './funnel-query.ts';
import { FunnelStatements } from './funnel-sql.ts';
import { ratio } from './measure.ts';
import { Names } from './names.ts';
import { tableOf } from './rows.ts';
import { ScopeSql } from './scope-sql.ts';

/**
 * Counts the visitors who take the steps of a funnel.
 *
 * @throws HitError `invalid` for too few or too many steps, or a bad window; `query_timeout`, `overloaded`, `store_unavailable`
 * @example
 * const { steps } = await answerFunnel({ store }, { ...scope, steps: [{ kind: 'page', page: '/' }, 'signup'], within: 'visit', limit: 100 });
 * steps[1].conversion_rate; // 0.031
 */
export async function answerFunnel(source: Source, funnel: Funnel): Promise<FunnelAnswer> {
  check(funnel);
  const { by, filters } = funnel;
  const asked = { ...funnel, filters, dimensions: by === undefined ? [] : [by] };
  const table = await tableOf(source, funnel);
  const names = new Names(asked);
  const statements = new FunnelStatements(new ScopeSql(funnel, table, names), funnel);
  const { visitors, steps } = statements;
  const [[all], rows] = await Promise.all([
    source.store.rowsOf<{ visitors: string | number }>(visitors.text, visitors.parameters),
    source.store.rowsOf<Record<string, string | number>>(steps.text, steps.parameters),
  ]);
  const answers = rows.map((row) => ({
    value: String(row.value),
    isTotal: Number(row.is_total) === 1,
    steps: stepsOf(funnel.steps.map((_, step) => Number(row[`step${step + 1}`]))),
  }));
  return {
    visitors: Number(all?.visitors ?? 0),
    steps: answers.find(({ isTotal }) => isTotal)?.steps ?? stepsOf(funnel.steps.map(() => 0)),
    ...(by && {
      rows: answers.filter(({ isTotal }) => !isTotal).map(({ value, steps: own }) => ({ value, steps: own })),
    }),
  };
}

function check({ steps, within }: Funnel): void {
  if (steps.length < FEWEST_STEPS || steps.length > MOST_STEPS)
    throw new HitError('invalid', `a funnel has ${FEWEST_STEPS} to ${MOST_STEPS} steps, not ${steps.length}`);
  if (within !== 'visit' && !(Number.isSafeInteger(within.days) && within.days >= 1))
    throw new HitError('invalid', `within ${within.days} days: use a whole number of days, at least 1`);
}

/** @param visitors of each step */
function stepsOf(visitors: readonly number[]): FunnelStep[] {
  const [entered = 0] = visitors;
  return visitors.map((own, step) => {
    const before = visitors[step - 1] ?? entered;
    const dropOff = before - own;
    return {
      ...{ visitors: own, drop_off: dropOff, drop_off_rate: ratio(dropOff, before, 4) },
      conversion_rate: ratio(own, entered, 4),
    };
  });
}
