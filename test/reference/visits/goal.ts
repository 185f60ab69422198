/**
 * Which hits convert a goal. The contract names the kinds of goals; the rest is chosen thus:
 *
 * - A page goal is converted by each page view of a page that matches, an event goal by each event of the name whose
 *   properties meet all conditions. Patterns match whole texts, and `*` also matches `/`, as in Plausible.
 * - Outbound links and downloads are the events `outbound` and `download` with the property `url`.
 * - A page was not found if the event `404` says so, or the status 404 of a page view, which logs know.
 * - A scroll goal is converted once in a visit for each page that matches: by the first signal that tells of the depth.
 *   That signal then is a hit where a query names goals, and for conversions; nowhere else.
 * - Goals are of a site: a hit converts goals of its own site alone.
 */

import type { Action, Goal, PropConditions } from './query.ts';
import type { VisitedHit } from './visit.ts';
import { matcherOf } from './wildcard.ts';

/** Goals by site. */
export type Goals = Readonly<Record<string, readonly Goal[]>>;

/** Whether a hit is what a goal, or a step of a funnel, asks for. */
export type ActionTest = (hit: VisitedHit) => boolean;

export function testOf(action: Action): ActionTest {
  switch (action.kind) {
    case 'page': {
      const matches = matcherOf(action.page);
      return ({ is, hit }) => is === 'pageview' && matches(hit.path);
    }
    case 'event': {
      const { event, props = {} } = action;
      return (each) => each.is === 'event' && each.hit.name === event && meets(each, props);
    }
    case 'outbound':
    case 'download': {
      const matches = matcherOf(action.url ?? '*');
      return ({ is, hit, props }) =>
        is === 'event' && hit.name === action.kind && matches(props.get('url') ?? '');
    }
    case 'not_found': {
      const matches = matcherOf(action.page ?? '*');
      return ({ is, hit }) => {
        const isMissing = is === 'pageview' ? hit.status === 404 : is === 'event' && hit.name === '404';
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
export function goalsOf(hit: VisitedHit, tests: readonly { name: string; test: ActionTest }[]): string[] {
  const names: string[] = [];
  for (const { name, test } of tests) if (test(hit)) names.push(name);
  return names;
}

function meets({ props }: VisitedHit, conditions: PropConditions): boolean {
  for (const [key, values] of Object.entries(conditions)) {
    const value = props.get(key);
    if (value === undefined || !values.includes(value)) return false;
  }
  return true;
}

function reaches({ is, hit }: VisitedHit, depth: number): boolean {
  return is === 'signal' && hit.scroll !== null && hit.scroll >= depth;
}

function isFirstToReach(each: VisitedHit, depth: number): boolean {
  const first = each.visit.hits.find((other) => other.hit.path === each.hit.path && reaches(other, depth));
  return first === each;
}
