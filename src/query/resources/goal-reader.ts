/** Reads goals and their actions from JSON. */
import { HitError } from '../../errors.ts';
import { choice, described, integer, list, object, record, type Schema, TEXT } from '../../schema/schema.ts';
import { unknownName } from '../../schema/suggestion.ts';
import type { Action, Goal } from '../engine/query.ts';
import { readList, readMembers, readOneOf, readText } from '../language/json-values.ts';
import { pagePattern } from '../language/page-pattern.ts';

/** Maximum length of the name of a goal, segment, funnel or annotation, in characters. */
const LONGEST_NAME = 100;
const MOST_PROPS = 10;
const MOST_VALUES = 100;

/** Members of an action by its kind; those that end with `?` are optional. */
const MEMBERS = {
  page: ['page'],
  event: ['event', 'props?'],
  scroll: ['page', 'depth'],
  outbound: ['url?'],
  download: ['url?'],
  not_found: ['page?'],
} as const satisfies Record<Action['kind'], readonly string[]>;
const ACTION_KINDS = Object.keys(MEMBERS) as readonly Action['kind'][];

export const ACTION = object(
  { kind: choice(ACTION_KINDS) },
  {
    page: described(TEXT, 'a pattern, in which `*` matches any text'),
    event: TEXT,
    props: described(record(list(TEXT)), 'each property must have one of the values'),
    depth: described(integer(1, 100), 'in per cent'),
    url: described(TEXT, 'a pattern'),
  },
) as unknown as Schema<Action>;

/** @throws HitError `invalid` for an empty or too long name, and for one that would not stay in a URL's path */
export function readName(name: string, value: unknown): string {
  const text = readText(name, value).trim();
  // Clients resolve them before they send a request: it would be about something else.
  if (text === '.' || text === '..')
    throw new HitError('invalid', `${name} "${text}" cannot be used in a URL`);
  if (text !== '' && text.length <= LONGEST_NAME) return text;
  throw new HitError('invalid', `${name} has 1 to ${LONGEST_NAME} characters`);
}

/**
 * Reads a goal: `{"name":"signup","action":{"kind":"event","event":"signup"}}`.
 *
 * @throws HitError `invalid` that names the invalid member
 */
export function readGoal(value: unknown): Omit<Goal, 'site'> {
  const { name, action } = readMembers('the goal', value, ['name', 'action']);
  return { name: readName('name', name), action: readAction('action', action) };
}

/** @throws HitError `invalid` that names the invalid member */
export function readAction(name: string, value: unknown): Action {
  const { kind: given, ...rest } = readMembers(name, value, [
    'kind',
    ...new Set(Object.values(MEMBERS).flat().map(plain)),
  ]);
  const kind = readOneOf(`${name}.kind`, given ?? '', ACTION_KINDS);
  const members: readonly string[] = MEMBERS[kind];
  const odd = Object.keys(rest).find((member) => !members.map(plain).includes(member));
  if (odd !== undefined) throw unknownName(`${name}: member of "${kind}"`, odd, members.map(plain));
  const missing = members.find((member) => !member.endsWith('?') && rest[member] === undefined);
  if (missing !== undefined) throw new HitError('invalid', `${name}.${missing} is missing`);
  const values = Object.entries(rest).map(([member, each]) => [member, readMember(name, member, each)]);
  return { kind, ...Object.fromEntries(values) } as Action;
}

function readMember(name: string, member: string, value: unknown): unknown {
  const place = `${name}.${member}`;
  switch (member) {
    case 'depth':
      if (typeof value === 'number' && value > 0 && value <= 100) return value;
      throw new HitError('invalid', `${place} is not a percentage above 0, up to 100`);
    case 'props':
      return readProps(place, value);
    default: {
      const text = readText(place, value);
      if (text === '') throw new HitError('invalid', `${place} is empty`);
      if (member === 'event' && (text === 'pageview' || text === 'engagement'))
        throw new HitError(
          'invalid',
          `${place} "${text}" cannot be the event of a goal: use the kind "page" or "scroll"`,
        );
      return member === 'page' ? pagePattern(text) : text;
    }
  }
}

function readProps(name: string, value: unknown): Record<string, readonly string[]> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new HitError('invalid', `${name} is not an object such as {"plan":["pro"]}`);
  const entries = Object.entries(value);
  if (entries.length > MOST_PROPS)
    throw new HitError('invalid', `${name} has ${entries.length} properties, ${MOST_PROPS} are allowed`);
  const props = entries.map(([key, list]): [string, string[]] => {
    if (readText(`${name}: name`, key) === '')
      throw new HitError('invalid', `${name} has an empty property name`);
    const values = readList(`${name}.${key}`, list, MOST_VALUES).map((each) =>
      readText(`${name}.${key}`, each),
    );
    if (values.length === 0) throw new HitError('invalid', `${name}.${key} has no values`);
    return [key, values];
  });
  return Object.fromEntries(props);
}

function plain(member: string): string {
  return member.replace('?', '');
}
