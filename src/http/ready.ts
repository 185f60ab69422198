import { HitError } from '../errors.ts';
import type { SaltHealth } from '../folder/salt-agreement.ts';
import type { ServerContext } from './context.ts';

/** Segments that wait for the store beyond which the server says that it is not well. */
const WORRYING_BACKLOG = 30;

/** What `GET /readyz` says of a server that does its work. */
interface Readiness {
  readonly status: 'ready';
  /** Batches that wait for the store or for Kafka. */
  readonly backlog: number;
  /** By UTC day, whether the salt of visitors is that of all nodes, or this node's own. */
  readonly salts: SaltHealth['salts'];
  /** What is not as it should be, though hits are taken and kept. */
  readonly problems?: readonly string[];
  /** Where live counts are, if not in memory, and how all-time visitors are counted there. */
  readonly live?: string;
}

/** @throws HitError `not_ready` where too much waits */
export function readinessOf({
  spool,
  live,
  saltHealth,
}: Pick<ServerContext, 'spool' | 'live' | 'saltHealth'>): Readiness {
  const backlog = spool?.backlog ?? 0;
  if (backlog > WORRYING_BACKLOG) {
    throw new HitError('not_ready', `${backlog} batches wait for the store or for Kafka: see the log`, {
      retryAfter: 10,
    });
  }
  const { salts, problems } = saltHealth();
  return {
    ...{ status: 'ready', backlog, salts },
    ...(problems.length > 0 && { problems }),
    ...(live?.remote && { live: live.remote.place }),
  };
}
