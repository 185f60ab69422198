import { PROBLEM_CODES } from '../clickhouse/parts/health.ts';
import { HitError } from '../errors.ts';
import { SALT_ORIGINS } from '../folder/salt-agreement.ts';
import { COUNT, choice, described, list, object, record, type Static, TEXT } from '../schema/schema.ts';
import type { ServerContext } from './context.ts';

/** Segments waiting for the store beyond which the server reports that it is not ready. */
const WORRYING_BACKLOG = 30;

/** Problems that the store does not know of. */
const OWN_PROBLEMS = ['salts', 'delivery_failing', 'spool_damage'] as const;

export const READINESS = object(
  {
    /** `degraded`: hits are taken and kept, but there is a problem. */
    status: choice(['ready', 'degraded']),
    backlog: described(COUNT, 'batches that wait for the store or for Kafka'),
    salts: described(
      record(choice(SALT_ORIGINS)),
      'by UTC day, whether the salt of visitors is shared by all nodes, or this node’s own',
    ),
  },
  {
    /** Present with `degraded`: what is wrong, and what to do. */
    problems: list(object({ code: choice([...PROBLEM_CODES, ...OWN_PROBLEMS]), message: TEXT })),
    live: described(TEXT, 'where live counts are, if not in memory'),
  },
);

/** The answer of `GET /readyz` of a server that works. */
export type Readiness = Static<typeof READINESS>;
type OwnProblem = { readonly code: (typeof OWN_PROBLEMS)[number]; readonly message: string };

/** @throws HitError `not_ready` if too many batches wait */
export function readinessOf({
  spool,
  live,
  db,
  saltHealth,
}: Pick<ServerContext, 'spool' | 'live' | 'db' | 'saltHealth'>): Readiness {
  const backlog = spool?.backlog ?? 0;
  if (backlog > WORRYING_BACKLOG) {
    throw new HitError('not_ready', `${backlog} batches are waiting for the store or Kafka: see the log`, {
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
  const message = `${segments} segments of the spool were damaged, and ${bytes} bytes are lost: see the log and spool/damaged/`;
  return [{ code: 'spool_damage', message }];
}
