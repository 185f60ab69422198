import {
  COUNT,
  choice,
  json,
  list,
  OPEN,
  object,
  other,
  type Paths,
  problem,
  type Schema,
  TEXT,
} from './operation.ts';

const ORIGINS: Schema = { type: 'object', additionalProperties: choice('shared', 'own') };
const tags = ['Watch'];

const PROBLEMS = list(object({ code: TEXT, message: TEXT }));
const READINESS = object(
  { status: choice('ready', 'degraded'), backlog: COUNT, salts: ORIGINS, live: TEXT, problems: PROBLEMS },
  ['live', 'problems'],
);

export const WATCHING: Paths = {
  '/healthz': {
    get: {
      operationId: 'healthz',
      ...{ tags, security: OPEN },
      summary: 'Whether the process lives',
      responses: { 200: json('it does', object({ status: choice('ok') }), { status: 'ok' }) },
    },
  },
  '/readyz': {
    get: {
      operationId: 'readyz',
      ...{ tags, security: OPEN },
      summary: 'Whether it does its work',
      responses: {
        200: json('it does; `degraded`: `problems` are of things that do not stop it', READINESS, {
          ...{ status: 'ready', backlog: 0, salts: { '2026-11-24': 'own' } },
        }),
        503: problem('too much waits for the store or for Kafka'),
      },
    },
  },
  '/metrics': {
    get: {
      operationId: 'metrics',
      tags,
      summary: 'Counters and gauges for Prometheus',
      responses: { 200: other('in its text format', 'text/plain'), 401: problem('no token that may read') },
    },
  },
};
