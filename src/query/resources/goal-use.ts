import type { FunnelTest } from '../engine/funnel-query.ts';
import type { Filter } from '../engine/query.ts';

/** Whether the steps of a funnel use a goal. */
export function usesGoal(steps: readonly FunnelTest[], goal: string): boolean {
  return steps.some((step) => {
    const actions = typeof step === 'object' && 'any' in step ? step.any : [step];
    return actions.includes(goal);
  });
}

/** Whether a filter names a goal. Patterns name none. */
export function namesGoal(filter: Filter, goal: string): boolean {
  switch (filter[0]) {
    case 'is':
    case 'is_not':
      return filter[1] === 'goal' && filter[2].includes(goal);
    case 'and':
    case 'or':
      return filter[1].some((each) => namesGoal(each, goal));
    case 'not':
    case 'has_done':
    case 'has_not_done':
      return namesGoal(filter[1], goal);
    default:
      return false;
  }
}
