import { HitError } from '../errors.ts';
import type { Problem } from '../store/health.ts';
import type { ServerContext } from './context.ts';

/** Segments that wait for the store beyond which the server says that it is not well. */
const WORRYING_BACKLOG = 30;

/** What `GET /readyz` says of a server that does its work. */
interface Readiness {
  /** `degraded`: hits are accepted, and something is wrong with the store. */
  readonly status: 'ready' | 'degraded';
  /** Batches that wait for the store or for Kafka. */
  readonly backlog: number;
  /** Where live counts are, if not in memory, and how all-time visitors are counted there. */
  readonly live?: string;
  /** There with `degraded`: what is wrong, and what to do. */
  readonly problems?: readonly Problem[];
}

/** @throws HitError `not_ready` where too much waits */
export function readinessOf({ spool, live, db }: Pick<ServerContext, 'spool' | 'live' | 'db'>): Readiness {
  const backlog = spool?.backlog ?? 0;
  if (backlog > WORRYING_BACKLOG) {
    throw new HitError('not_ready', `${backlog} batches wait for the store or for Kafka: see the log`, {
      retryAfter: 10,
    });
  }
  const problems = db?.store.guard.health.problems ?? [];
  return {
    status: problems.length > 0 ? 'degraded' : 'ready',
    backlog,
    ...(live?.remote && { live: live.remote.place }),
    ...(problems.length > 0 && { problems }),
  };
}
