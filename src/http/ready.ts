import type { Problem } from '../clickhouse/parts/health.ts';
import { HitError } from '../errors.ts';
import type { SaltHealth } from '../folder/salt-agreement.ts';
import type { ServerContext } from './context.ts';

/** Segments waiting for the store beyond which the server reports that it is not ready. */
const WORRYING_BACKLOG = 30;

interface OwnProblem {
  readonly code: 'salts' | 'delivery_failing' | 'spool_damage';
  readonly message: string;
}

/** The answer of `GET /readyz` of a server that works. */
interface Readiness {
  /** `degraded`: hits are taken and kept, but there is a problem. */
  readonly status: 'ready' | 'degraded';
  /** Batches that wait for the store or for Kafka. */
  readonly backlog: number;
  /** By UTC day, whether the salt of visitors is shared by all nodes, or this node's own. */
  readonly salts: SaltHealth['salts'];
  /** Present with `degraded`: what is wrong, and what to do. */
  readonly problems?: readonly (Problem | OwnProblem)[];
  /** Where live counts are, if not in memory, and how all-time visitors are counted there. */
  readonly live?: string;
}

/** @throws HitError `not_ready` if too many batches wait */
export function readinessOf({
  spool,
  live,
  db,
  saltHealth,
}: Pick<ServerContext, 'spool' | 'live' | 'db' | 'saltHealth'>): Readiness {
  const backlog = spool?.backlog ?? 0;
  if (backlog > WORRYING_BACKLOG) {
    throw new HitError('not_ready', `${backlog} batches wait for the store or for Kafka: see the log`, {
      retryAfter: 10,
    });
  }
  const { salts, problems: saltProblems } = saltHealth();
  const problems = [
    ...(db?.store.guard.health.problems ?? []),
    ...saltProblems.map((message) => ({ code: 'salts' as const, message })),
    ...(spool?.failing ?? []).map((message) => ({ code: 'delivery_failing' as const, message })),
    ...damageProblems(spool),
  ];
  return {
    ...{ status: problems.length > 0 ? 'degraded' : 'ready', backlog, salts },
    ...(problems.length > 0 && { problems }),
    ...live?.readiness,
  };
}

/** Damage to the spool on disk since the start. */
function damageProblems(spool: ServerContext['spool']): OwnProblem[] {
  if (!spool || spool.damage.segments === 0) return [];
  const { segments, bytes } = spool.damage;
  const message = `${segments} segments of the spool were damaged, ${bytes} bytes are lost: see the log, and spool/damaged/`;
  return [{ code: 'spool_damage', message }];
}
