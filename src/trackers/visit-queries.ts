/** Queries about visits other than metrics: funnels, journeys and retention. */
import type { CurrentVisits, VisitsUntil } from '../query/current-visits.ts';
import type { Goal } from '../query/engine/query.ts';
import type { Retention } from '../query/engine/retention-query.ts';
import { funnelAnswer } from '../query/funnel-answer.ts';
import { journeysAnswer } from '../query/journeys-answer.ts';
import { readFunnel } from '../query/language/funnel-query-reader.ts';
import { readJourneys } from '../query/language/journeys-query-reader.ts';
import { readRetention } from '../query/language/retention-query-reader.ts';
import type { AskedScope } from '../query/language/scope-reader.ts';
import { queryTime } from '../query/period.ts';
import type { StoredFunnel } from '../query/resources/funnel-reader.ts';
import { retentionAnswer } from '../query/retention-answer.ts';
import type { Source } from '../query/source.ts';
import type { FunnelResult, JourneysResult, RetentionResult } from '../query/visit-schemas.ts';

/** The parts of a query that decide whether it needs visits. @internal */
export type AskedOfVisits = Parameters<CurrentVisits['completeFor']>[0];

/** Queries about visits to a tracker with a store. All throw HitError `query_timeout`, `overloaded`, `store_unavailable`. */
export abstract class VisitQueries {
  /** @internal */
  abstract readonly store: Source['store'];
  /** @internal */
  abstract readonly archive: Source['archive'];

  /**
   * Waits, within limits, until all hits acknowledged before are in the visits.
   *
   * @returns the time from which visits lack hits
   * @internal
   */
  protected abstract completeVisits(asked: AskedOfVisits): Promise<VisitsUntil>;

  /**
   * How many visitors take a sequence of steps: the JSON of `POST /api/v1/funnel`.
   *
   * @param goals of the sites. Default: none
   * @param funnels stored funnels that can be requested by name, with their sites. Default: none
   * @throws HitError `invalid` that names the invalid member
   * @example
   * const steps = [{ kind: 'page', page: '/pricing' }, { kind: 'page', page: '/signup' }];
   * const funnel = await db.funnel({ site: 'example.com', period: 'all', steps, within: '7d' });
   * funnel.steps[1].conversion_rate; // 0.3333
   */
  async funnel(
    query: unknown,
    goals: readonly Goal[] = [],
    funnels: readonly StoredFunnel[] = [],
  ): Promise<FunnelResult> {
    const now = queryTime();
    const asked = readFunnel(query, now, goals, funnels);
    return funnelAnswer(this, asked, now, await this.completeVisits(ofWholeVisits(asked)));
  }

  /**
   * The pages viewed before and after a page: the JSON of `POST /api/v1/journeys`.
   *
   * @param goals of the sites, for filters. Default: none
   * @throws HitError `invalid` that names the invalid member
   * @example
   * const { after } = await db.journeys({ period: 'all', page: '/pricing', direction: 'after' });
   * after[1]; // { pages: [ '/signup' ], visits: 1, visitors: 1 }
   */
  async journeys(query: unknown, goals: readonly Goal[] = []): Promise<JourneysResult> {
    const now = queryTime();
    const asked = readJourneys(query, now, goals);
    return journeysAnswer(this, asked, now, await this.completeVisits(ofWholeVisits(asked)));
  }

  /**
   * How many new visitors of each interval return in later ones: the JSON of `POST /api/v1/retention`.
   *
   * @param goals of the sites, for filters. Default: none
   * @param identity how the sites identify visitors, if the query does not have it. Default: `cookieless`, as `track` derives
   *   visitors from requests: they have a new ID each day, so returns are null. `cookie` if you name all visitors
   * @throws HitError `invalid` that names the invalid member
   * @example
   * const { cohorts } = await db.retention({ period: 'all', interval: 'day', identity: 'cookie' });
   * cohorts[0].visitors; // 3
   */
  async retention(
    query: unknown,
    goals: readonly Goal[] = [],
    identity: Retention['identity'] = 'cookieless',
  ): Promise<RetentionResult> {
    const now = queryTime();
    const asked = readRetention(query, now, goals);
    return retentionAnswer(this, asked, now, identity, await this.completeVisits(ofWholeVisits(asked)));
  }
}

function ofWholeVisits({ sites, bots, filters, goals }: Omit<AskedScope, 'period'>): AskedOfVisits {
  return { sites, bots, filters, goals, metrics: ['visits'], dimensions: [], goal: undefined };
}
