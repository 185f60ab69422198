/** Reads the steps and the window of a funnel from JSON. */
import { HitError } from '../../errors.ts';
import { printable } from '../../schema/printable.ts';
import { choice, described, either, integer, list, matching, object, TEXT } from '../../schema/schema.ts';
import { nearest, unknownName } from '../../schema/suggestion.ts';
import {
  FEWEST_STEPS,
  type Funnel,
  type FunnelAction,
  type FunnelTest,
  MOST_STEPS,
} from '../engine/funnel-query.ts';
import { unknownGoal } from '../language/filter-reader.ts';
import { readList, readMembers, readText, readWhole } from '../language/json-values.ts';
import { ACTION, readAction } from './goal-reader.ts';

/** Maximum number of days between the first step and the last. */
const LONGEST_WINDOW = 90;
/** Maximum number of alternatives of a step. */
const MOST_ALTERNATIVES = 10;
const DAYS = /^([1-9][0-9]?)d$/;

type Window = Funnel['within'];

/** A funnel that is stored for a site. */
export interface StoredFunnel {
  readonly site: string;
  readonly name: string;
  readonly steps: readonly FunnelTest[];
  readonly within: Window;
}

const FUNNEL_ACTION = either(TEXT, ACTION);
export const STEPS = described(
  list(either(FUNNEL_ACTION, object({ any: list(FUNNEL_ACTION, MOST_ALTERNATIVES) })), MOST_STEPS),
  'two or more steps, each the name of a goal, an action, or any of several: `{"any": ["signup", {"kind": "page", "page": "/thanks"}]}`',
);
export const WINDOW = described(
  either(choice(['visit']), object({ days: integer(1, LONGEST_WINDOW) })),
  'all steps in one visit, or the last at most this many times 24 hours after the first',
);
/** Also as users may write it: `7d`. */
export const WRITTEN_WINDOW = described(
  either(choice(['visit']), matching(DAYS), object({ days: integer(1, LONGEST_WINDOW) })),
  'all steps in one visit (default), or the last at most this many times 24 hours after the first: `7d`, or `{"days": 7}`',
);

/**
 * Reads the steps of a funnel.
 *
 * @param name its path, for messages
 * @param goals names of the existing goals; undefined if names are not checked
 * @throws HitError `invalid` that names the invalid member
 */
export function readSteps(name: string, value: unknown, goals: readonly string[] | undefined): FunnelTest[] {
  const steps = readList(name, value, MOST_STEPS).map((step, at) => readStep(`${name}[${at}]`, step, goals));
  if (steps.length < FEWEST_STEPS)
    throw new HitError('invalid', `${name}: a funnel has ${FEWEST_STEPS} to ${MOST_STEPS} steps`);
  return steps;
}

/** Reads `visit`, `7d` or `{"days":7}`. @throws HitError `invalid` */
export function readWindow(name: string, value: unknown): Window {
  if (typeof value === 'string') {
    const text = readText(name, value);
    if (text === 'visit') return text;
    const [, days] = DAYS.exec(text) ?? [];
    if (days === undefined && !/^\d+d$/.test(text)) throw unknownName(name, text, ['visit', '7d']);
    return { days: readWhole(`${name}: days`, Number(days ?? 0), 1, LONGEST_WINDOW) };
  }
  const { days } = readMembers(name, value, ['days']);
  return { days: readWhole(`${name}.days`, days, 1, LONGEST_WINDOW) };
}

function readStep(name: string, value: unknown, goals: readonly string[] | undefined): FunnelTest {
  if (typeof value !== 'object' || value === null || !('any' in value))
    return readFunnelAction(name, value, goals);
  const { any } = readMembers(name, value, ['any']);
  const actions = readList(`${name}.any`, any, MOST_ALTERNATIVES);
  if (actions.length === 0) throw new HitError('invalid', `${name}.any is empty: name a goal or an action`);
  return { any: actions.map((each, at) => readFunnelAction(`${name}.any[${at}]`, each, goals)) };
}

function readFunnelAction(name: string, value: unknown, goals: readonly string[] | undefined): FunnelAction {
  if (typeof value !== 'string') return readAction(name, value);
  const goal = readText(name, value);
  if (!goals || goals.includes(goal)) return goal;
  if (!goal.startsWith('/') || nearest(goal, goals) !== undefined)
    throw unknownGoal(`${name}: goal`, goal, goals);
  const page = JSON.stringify({ kind: 'page', page: goal });
  throw new HitError(
    'invalid',
    `${name} "${printable(goal)}" is not a goal: for a page, use page=${printable(goal)} on the command line, ${printable(page)} in JSON`,
  );
}
