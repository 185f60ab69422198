/** Goals as SQL: whether a hit `h` in its visit `v` converts them. */
import type { Bindings } from './bindings.ts';
import { propSql } from './column.ts';
import { patternSql } from './condition.ts';
import { EVENT, SIGNAL } from './measure.ts';
import type { Action, Goal } from './query.ts';

/**
 * SQL: whether a hit converts a goal.
 *
 * @param signals SQL of a table of all engagement signals `h` in their visits `v`, for depths: a visit converts these once
 *   for each page, by its first signal that is deep enough
 */
export function goalSql({ site, action }: Goal, bind: Bindings, signals: string): string {
  return `h.site = ${bind.text(site)} AND ${actionSql(action, bind, signals)}`;
}

/** SQL: whether a hit performs an action. `signals`: see above. */
export function actionSql(action: Action, bind: Bindings, signals: string): string {
  const isIt = hitSql(action, bind);
  if (action.kind !== 'scroll') return isIt;
  const first = `SELECT h.site, h.visitor, h.bot != '', v.start, h.path, min((h.time, h.batch, h.position)) FROM ${signals} WHERE h.time <= v.finish AND ${isIt} GROUP BY ALL`;
  return `${isIt} AND (h.site, h.visitor, h.bot != '', v.start, h.path, (h.time, h.batch, h.position)) IN (${first})`;
}

/** SQL: whether a hit may perform an action, judged by the hit alone. */
export function hitSql(action: Action, bind: Bindings): string {
  switch (action.kind) {
    case 'page':
      return `h.name = 'pageview' AND ${patternSql('h.path', action.page, bind)}`;
    case 'event': {
      const conditions = Object.entries(action.props ?? {}).map(([key, values]) => {
        const name = bind.text(key);
        return `JSONHas(h.props, ${name}) AND has(${bind.texts(values)}, ${propSql(key, bind)})`;
      });
      const isEvent = `${EVENT} AND h.name = ${bind.text(action.event)}`;
      return [isEvent, ...conditions].join(' AND ');
    }
    case 'outbound':
    case 'download':
      return `h.name = '${action.kind}' AND ${patternSql(propSql('url', bind), action.url ?? '*', bind)}`;
    case 'not_found': {
      const isMissing = "(h.status = 404 AND h.name IN ('pageview', 'request:other') OR h.name = '404')";
      return `${isMissing} AND ${patternSql('h.path', action.page ?? '*', bind)}`;
    }
    case 'scroll':
      return `${SIGNAL} AND h.scroll >= ${bind.number(action.depth)} AND ${patternSql('h.path', action.page, bind)}`;
  }
}

/** Whether a hit needs its visit to tell whether it converts a goal. */
export function needsSignals({ action }: Pick<Goal, 'action'>): boolean {
  return action.kind === 'scroll';
}
