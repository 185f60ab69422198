/**
 * Goals: which hits convert them. The contract names the kinds of goals. Choices for the rest:
 *
 * - Each page view of a matching page converts a page goal. Each event that has the name and meets all property conditions
 *   converts an event goal. Patterns match the whole text, and `*` also matches `/`, as in Plausible.
 * - Outbound links and downloads are events named `outbound` and `download` with a property `url`.
 * - A page is not found if an event named `404` says so, or if a log has status 404 for what may be a page.
 * - A scroll goal is converted once per visit and matching page, by the first signal that reaches the depth. That signal
 *   counts as a hit in conversions and wherever a query names goals, and nowhere else.
 * - Goals belong to a site: a hit converts goals of its own site only.
 */

import type { Action, Goal, PropConditions } from './query.ts';
import type { HitInVisit } from './visit.ts';
import { matcherOf } from './wildcard.ts';

/** Goals by site. */
export type Goals = Readonly<Record<string, readonly Goal[]>>;

/** Whether a hit is a given action. */
export type ActionTest = (hit: HitInVisit) => boolean;

export function testOf(action: Action): ActionTest {
  switch (action.kind) {
    case 'page': {
      const matches = matcherOf(action.page);
      return ({ kind, hit }) => kind === 'pageview' && matches(hit.path);
    }
    case 'event': {
      const { event, props = {} } = action;
      return (each) => each.kind === 'event' && each.hit.name === event && meets(each, props);
    }
    case 'outbound':
    case 'download': {
      const matches = matcherOf(action.url ?? '*');
      return ({ kind, hit, props }) =>
        kind === 'event' && hit.name === action.kind && matches(props.get('url') ?? '');
    }
    case 'not_found': {
      const matches = matcherOf(action.page ?? '*');
      return ({ kind, hit }) => {
        const isOfPage = kind === 'pageview' || (kind === 'request' && hit.name === 'request:other');
        const isMissing = isOfPage ? hit.status === 404 : kind === 'event' && hit.name === '404';
        return isMissing && matches(hit.path);
      };
    }
    case 'scroll': {
      const matches = matcherOf(action.page);
      return (each) =>
        matches(each.hit.path) && reaches(each, action.depth) && isFirstToReach(each, action.depth);
    }
  }
}

/** The names of the goals that a hit converts. */
export function goalsOf(hit: HitInVisit, tests: readonly { name: string; test: ActionTest }[]): string[] {
  const names: string[] = [];
  for (const { name, test } of tests) if (test(hit)) names.push(name);
  return names;
}

function meets({ props }: HitInVisit, conditions: PropConditions): boolean {
  for (const [key, values] of Object.entries(conditions)) {
    const value = props.get(key);
    if (value === undefined || !values.includes(value)) return false;
  }
  return true;
}

function reaches({ kind, hit }: HitInVisit, depth: number): boolean {
  return kind === 'signal' && hit.scroll !== null && hit.scroll >= depth;
}

function isFirstToReach(each: HitInVisit, depth: number): boolean {
  const first = each.visit.hits.find((other) => other.hit.path === each.hit.path && reaches(other, depth));
  return first === each;
}
