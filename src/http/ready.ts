import { HitError } from '../errors.ts';
import type { ServerContext } from './context.ts';

/** Segments that wait for the store beyond which the server says that it is not well. */
const WORRYING_BACKLOG = 30;

/** What `GET /readyz` says of a server that does its work. */
interface Readiness {
  readonly status: 'ready';
  /** Batches that wait for the store or for Kafka. */
  readonly backlog: number;
  /** Where live counts are, if not in memory, and how all-time visitors are counted there. */
  readonly live?: string;
}

/** @throws HitError `not_ready` where too much waits */
export function readinessOf({ spool, live }: Pick<ServerContext, 'spool' | 'live'>): Readiness {
  const backlog = spool?.backlog ?? 0;
  if (backlog > WORRYING_BACKLOG) {
    throw new HitError('not_ready', `${backlog} batches wait for the store or for Kafka: see the log`, {
      retryAfter: 10,
    });
  }
  return { status: 'ready', backlog, ...(live?.remote && { live: live.remote.place }) };
}
