import { COUNT, choice, json, OPEN, object, other, type Paths, problem, TEXT } from './operation.ts';

const tags = ['Watch'];

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
        200: json('it does', object({ status: choice('ready'), backlog: COUNT, live: TEXT }, ['live']), {
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
