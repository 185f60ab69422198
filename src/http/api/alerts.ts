import type { FastifyInstance } from 'fastify';
import { HitError } from '../../errors.ts';
import type { AlertRules, WatchedRule } from '../../schedule/alert-rules.ts';
import { readBody } from '../../schema/check.ts';
import {
  BOOLEAN,
  COUNT,
  choice,
  described,
  list,
  nullable,
  object,
  type Static,
  TEXT,
  TIME,
} from '../../schema/schema.ts';
import { requireToken } from '../auth.ts';
import type { ServerContext } from '../context.ts';
import { body, empty, json, type Operation, pathParameter, problem } from '../openapi/operation.ts';
import { NO_TOKEN } from '../openapi/refused.ts';

const WANTED = object({ alert: described(TEXT, 'the rule, as in `--alert`') });
const ALERT = object({
  id: TEXT,
  alert: described(TEXT, 'the rule'),
  metric: choice(['hits', 'visitors']),
  window: TEXT,
  seconds: COUNT,
  site: described(nullable(TEXT), 'null for all sites'),
  bound: choice(['>', '<']),
  threshold: COUNT,
  clear: described(COUNT, 'the count at which it is cleared'),
  fixed: described(BOOLEAN, 'whether it is given by `--alert`, and cannot be removed here'),
  count: described(nullable(COUNT), 'the last count; null before the first'),
  fired_at: described(nullable(TIME), 'since when it is active; null if it is not'),
});
const ALERTS = object({
  alerts: list(ALERT),
  webhook: described(BOOLEAN, 'whether alerts are sent to `--webhook`'),
});

/** The answer of `GET /api/v1/alerts`. */
export type AlertsAnswer = Static<typeof ALERTS>;

const EXAMPLE = { alert: 'visitors in 5m > 1000 site example.com' } as const;
const ALERT_EXAMPLE: Static<typeof ALERT> = {
  ...{ id: '4f6c1d2e9a0b', ...EXAMPLE, window: '5m', seconds: 300, site: 'example.com' },
  metric: 'visitors',
  bound: '>',
  ...{ threshold: 1000, clear: 900, fixed: false },
  ...{ count: 12, fired_at: null },
};
const NO_RATE = problem('no rate tracker');

const LIST: Operation = {
  operationId: 'alerts',
  tags: ['Administer'],
  summary: 'Alerts, and which of them are active',
  responses: {
    200: json('those of `--alert` first', ALERTS, { alerts: [ALERT_EXAMPLE], webhook: true }),
    404: NO_RATE,
    ...NO_TOKEN,
  },
};

const ADD: Operation = {
  operationId: 'addAlert',
  tags: ['Administer'],
  summary: 'Add an alert',
  description: 'It is watched from then on, also after a restart of this node.',
  requestBody: body(WANTED, EXAMPLE),
  responses: {
    201: json('the alert', ALERT, { ...ALERT_EXAMPLE, count: null }),
    400: problem('no such rule, one that exists, or more than a hundred'),
    404: NO_RATE,
    ...NO_TOKEN,
  },
};

const REMOVE: Operation = {
  operationId: 'removeAlert',
  tags: ['Administer'],
  summary: 'Remove an alert',
  parameters: [pathParameter('id', 'as in the list of alerts', '4f6c1d2e9a0b')],
  responses: {
    204: empty('removed; if it was active, nothing is reported'),
    400: problem('it is given by `--alert`'),
    404: problem('no such alert, or no rate tracker'),
    ...NO_TOKEN,
  },
};

/** `/api/v1/alerts`: an administrator sees, adds and removes them. */
export function alertRoutes(app: FastifyInstance, context: ServerContext): void {
  const onRequest = requireToken(context);
  app.get<{ Reply: AlertsAnswer }>('/api/v1/alerts', { onRequest, config: { operation: LIST } }, () => ({
    alerts: rulesOf(context).list().map(answerOf),
    webhook: context.hasWebhook,
  }));

  app.post<{ Body: unknown; Reply: Static<typeof ALERT> }>(
    '/api/v1/alerts',
    { onRequest, config: { operation: ADD } },
    (request, reply) => {
      const { alert } = readBody(WANTED, request.body, EXAMPLE);
      reply.code(201).send(answerOf(rulesOf(context).add(alert)));
    },
  );

  app.delete<{ Params: { id: string } }>(
    '/api/v1/alerts/:id',
    { onRequest, config: { operation: REMOVE } },
    (request, reply) => {
      if (!rulesOf(context).remove(request.params.id))
        throw new HitError('not_found', 'there is no such alert');
      reply.code(204).send();
    },
  );
}

function rulesOf({ alerts }: ServerContext): AlertRules {
  if (!alerts) throw new HitError('not_found', 'alerts need the rate tracker: --tracker simple,rate,db');
  return alerts;
}

function answerOf({ id, rule, isFixed, reading }: WatchedRule): Static<typeof ALERT> {
  const { text, metric, window, seconds, site = null, bound, threshold, clear } = rule;
  const firedAt = reading?.firedAt;
  return {
    ...{ id, alert: text, metric, window, seconds, site, bound, threshold, clear, fixed: isFixed },
    count: reading?.count ?? null,
    fired_at: firedAt === undefined ? null : new Date(firedAt).toISOString(),
  };
}
