import { COUNT, choice, json, list, OPEN, object, other, type Paths, problem, TEXT } from './operation.ts';

const tags = ['Watch'];

const PROBLEMS = list(object({ code: TEXT, message: TEXT }));
const READINESS = object(
  { status: choice('ready', 'degraded'), backlog: COUNT, live: TEXT, problems: PROBLEMS },
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
        200: json('it does; `degraded` where something is wrong with the store', READINESS, {
          ...{ status: 'ready', backlog: 0 },
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
