/**
 * Steps of funnels as text, for the command line: `page=/cart`, `event=purchase`, `signup or page=/thanks`.
 *
 * - `page=`, `event=`, `outbound=`, `download=` and `not_found=` are actions, followed by a pattern or the name of an event. Any
 *   other text is the name of a goal.
 * - ` or ` separates alternatives.
 * - A text that begins with `{` or `"` is JSON, for other actions, and for names of goals that would be misread.
 */
import { HitError, messageOf } from '../../errors.ts';
import { printable } from '../../schema/printable.ts';
import { unknownName } from '../../schema/suggestion.ts';
import type { FunnelAction, FunnelTest } from '../engine/funnel-query.ts';

/** Kinds of actions → the member with their text. */
const MEMBERS: Readonly<Record<string, string>> = {
  page: 'page',
  event: 'event',
  outbound: 'url',
  download: 'url',
  not_found: 'page',
};
const OR = ' or ';
const ASSIGNED = /^([a-z_]+)=(.*)$/is;

/**
 * Parses the text of a step. Names of goals and members are checked by `readSteps`.
 *
 * @returns the step as JSON
 * @throws HitError `invalid` for a text that is not a step
 */
export function parseStep(text: string): unknown {
  if (!/^[{"]/.test(text)) {
    const actions = text.split(OR).map((each) => parseAction(each.trim(), text));
    return actions.length === 1 ? actions[0] : { any: actions };
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new HitError('invalid', `step "${printable(text)}" is not JSON: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

/**
 * A step as text, the inverse of `parseStep`.
 *
 * @example
 * stepText({ any: ['signup', { kind: 'page', page: '/thanks' }] }); // 'signup or page=/thanks'
 */
export function stepText(step: FunnelTest): string {
  if (typeof step === 'object' && 'any' in step) {
    const texts = step.any.map(plainText);
    return texts.every((each) => each !== undefined) ? texts.join(OR) : JSON.stringify(step);
  }
  return plainText(step) ?? JSON.stringify(step);
}

function parseAction(text: string, step: string): unknown {
  if (text === '') throw new HitError('invalid', `step "${printable(step)}" lacks a goal or an action`);
  const [, kind, value] = ASSIGNED.exec(text) ?? [];
  if (kind === undefined) return text;
  if (!Object.hasOwn(MEMBERS, kind))
    throw unknownName(`step "${printable(step)}": action`, kind, Object.keys(MEMBERS));
  if (value === '') throw new HitError('invalid', `step "${printable(step)}" lacks a value after "${kind}="`);
  return { kind, [MEMBERS[kind]!]: value };
}

/** @returns undefined if the action can only be written as JSON */
function plainText(action: FunnelAction): string | undefined {
  const text = typeof action === 'string' ? action : assigned(action);
  const isPlain = text !== undefined && text.trim() === text && !/^[{"]|(?:^|\s)or(?:\s|$)/.test(text);
  return isPlain && (typeof action !== 'string' || !ASSIGNED.test(action)) ? text : undefined;
}

function assigned({ kind, ...members }: Exclude<FunnelAction, string>): string | undefined {
  const [[name, value] = [], ...others] = Object.entries(members);
  if (others.length > 0 || name === undefined || name !== MEMBERS[kind]) return undefined;
  return `${kind}=${value}`;
}
