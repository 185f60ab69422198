/** The JSON of `POST /api/v1/funnel`, read as strictly as that of a query. */
import { HitError } from '../../errors.ts';
import { unknownName } from '../../schema/suggestion.ts';
import { mentionsGoals } from '../engine/condition.ts';
import { actionsOf, type Funnel, type FunnelTest } from '../engine/funnel-query.ts';
import type { Goal } from '../engine/query.ts';
import { VISIT_DIMENSIONS } from '../engine/query.ts';
import { readSteps, readWindow, type StoredFunnel } from '../resources/funnel-reader.ts';
import { unknownGoal } from './filter-reader.ts';
import { readMembers, readOneOf, readText, readWhole } from './json-values.ts';
import { USUAL_ROWS } from './limits.ts';
import { type AskedScope, checkGoals, namesOf, readScope, SCOPE_MEMBERS, usualBots } from './scope-reader.ts';

/** Maximum number of values of the dimension. */
export const MOST_FUNNEL_ROWS = 1000;
/** Maximum number of actions of all steps; a goal counts once for each site that has it. Each is a part of the statement. */
const MOST_ACTIONS = 100;
const MEMBERS = [...SCOPE_MEMBERS, 'funnel', 'steps', 'within', 'by', 'limit'];

export interface AskedFunnel extends AskedScope, Pick<Funnel, 'steps' | 'within' | 'by' | 'limit'> {}

/**
 * Reads the JSON of `POST /api/v1/funnel`.
 *
 * @param now milliseconds since 1970, to which named periods refer
 * @param goals of all sites
 * @param funnels of all sites, for queries with the name of a stored funnel
 * @throws HitError `invalid` that names the invalid member, with a suggestion
 */
export function readFunnel(
  value: unknown,
  now: number,
  goals: readonly Goal[],
  funnels: readonly StoredFunnel[],
): AskedFunnel {
  const asked = readMembers('the funnel', value, MEMBERS);
  const { scope, goals: known } = readScope(asked, now, goals);
  const { steps, within } = definitionOf(asked, scope.sites, namesOf(known), funnels);
  const { filters } = scope;
  const named = new Set(steps.flatMap(actionsOf).filter((action) => typeof action === 'string'));
  checkActions(steps, known);
  const by = asked.by === undefined ? undefined : readOneOf('by', asked.by, VISIT_DIMENSIONS);
  if (by === undefined && asked.limit !== undefined)
    throw new HitError('invalid', 'limit requires by, a dimension');
  return {
    ...{ ...scope, steps, within, by },
    goals: checkGoals(filters.some(mentionsGoals) ? known : known.filter(({ name }) => named.has(name))),
    bots: scope.bots ?? usualBots({ dimensions: [], filters }),
    limit: readWhole('limit', asked.limit ?? USUAL_ROWS, 1, MOST_FUNNEL_ROWS),
  };
}

/** The steps and the window of the query, or of its stored funnel. */
function definitionOf(
  { funnel, steps, within }: Readonly<Record<string, unknown>>,
  sites: readonly string[],
  goals: readonly string[],
  funnels: readonly StoredFunnel[],
): Pick<Funnel, 'steps' | 'within'> {
  if ((funnel === undefined) === (steps === undefined))
    throw new HitError('invalid', 'set either steps, or funnel to the name of a stored funnel');
  const window = within === undefined ? undefined : readWindow('within', within);
  if (funnel === undefined) return { steps: readSteps('steps', steps, goals), within: window ?? 'visit' };
  const stored = storedFunnel(readText('funnel', funnel), sites, funnels);
  checkStoredGoals(stored, goals);
  return { steps: stored.steps, within: window ?? stored.within };
}

function storedFunnel(
  name: string,
  sites: readonly string[],
  funnels: readonly StoredFunnel[],
): StoredFunnel {
  const [site] = sites;
  if (site === undefined || sites.length > 1)
    throw new HitError('invalid', 'a stored funnel belongs to one site, so set site to that one');
  const own = funnels.filter((each) => each.site === site);
  const found = own.find((each) => each.name === name);
  if (found) return found;
  if (own.length === 0) throw new HitError('invalid', `${site} has no stored funnels: set steps instead`);
  throw unknownName(
    'funnel',
    name,
    own.map((each) => each.name),
  );
}

/** Goals may be removed although a stored funnel refers to them. */
function checkStoredGoals({ name, steps }: StoredFunnel, goals: readonly string[]): void {
  for (const [at, step] of steps.entries()) {
    for (const action of actionsOf(step)) {
      if (typeof action === 'string' && !goals.includes(action))
        throw unknownGoal(`steps[${at}] of the funnel "${name}": goal`, action, goals);
    }
  }
}

function checkActions(steps: readonly FunnelTest[], known: readonly Goal[]): void {
  const counts = new Map<string, number>();
  for (const { name } of known) counts.set(name, (counts.get(name) ?? 0) + 1);
  let actions = 0;
  for (const action of steps.flatMap(actionsOf))
    actions += typeof action === 'string' ? (counts.get(action) ?? 0) : 1;
  if (actions > MOST_ACTIONS)
    throw new HitError(
      'invalid',
      `the steps have ${actions} actions, ${MOST_ACTIONS} are allowed (a goal counts once for each site that has it): use fewer actions or sites`,
    );
}
