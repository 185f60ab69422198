import { PROBLEM_CODES } from '../clickhouse/parts/health.ts';
import { SALT_ORIGINS } from '../folder/salt-agreement.ts';
import {
  COUNT,
  choice,
  described,
  list,
  object,
  partialRecord,
  record,
  type Static,
  TEXT,
} from '../schema/schema.ts';
import { COMPONENTS } from './components.ts';
import type { ServerContext } from './context.ts';

/** Segments waiting for the store beyond which the server reports it. */
const WORRYING_BACKLOG = 30;

/** Problems that the store does not know of. */
const OWN_PROBLEMS = [
  ...COMPONENTS,
  'salts',
  'delivery_failing',
  'backlog',
  'quarantine',
  'spool_damage',
] as const;
/** Their messages have no details: no paths, no addresses, and nothing that the engine said. */
const OPEN_CODES = new Set<string>([...COMPONENTS, 'backlog', 'quarantine', 'spool_damage']);
/** In place of other messages, for clients that may not see details. */
const NO_DETAILS = 'see the log, or repeat the request with a token for reading';

export const READINESS = object(
  {
    /** `degraded`: hits are taken and kept, but there is a problem. */
    status: choice(['ready', 'degraded']),
    backlog: described(COUNT, 'batches that wait for the store or for Kafka'),
    components: described(
      partialRecord(COMPONENTS, choice(['up', 'down'])),
      'the parts that this server has, as checked now or a moment ago',
    ),
    salts: described(
      record(choice(SALT_ORIGINS)),
      'by UTC day, whether the salt of visitors is shared by all nodes, or this node’s own',
    ),
  },
  {
    /** Present with `degraded`: what is wrong, and what to do. */
    problems: described(
      list(object({ code: choice([...PROBLEM_CODES, ...OWN_PROBLEMS]), message: TEXT })),
      'what is wrong; messages have details only for tokens for reading',
    ),
    live: described(TEXT, 'where live counts are, if not in memory; only for tokens for reading'),
  },
);

/** The answer of `GET /readyz` of a server that accepts hits. */
type Readiness = Static<typeof READINESS>;
type Problem = NonNullable<Readiness['problems']>[number];

/** The state of a server, and why it would refuse a hit now, if it would. */
export interface State {
  readonly readiness: Readiness;
  readonly refusal: string | undefined;
}

/**
 * Checks all components.
 *
 * @param hasDetails whether the client may see the details of problems, and where live counts are
 */
export async function stateOf(context: ServerContext, hasDetails: boolean): Promise<State> {
  const { spool, live, db, saltHealth, components } = context;
  const states = await components.states();
  const { salts, problems: saltProblems } = saltHealth();
  const backlog = spool?.backlog ?? 0;
  const problems: Problem[] = [
    ...[...states].flatMap(([code, message]) => (message === undefined ? [] : { code, message })),
    ...(db?.store.guard.health.problems ?? []),
    ...saltProblems.map((message) => ({ code: 'salts' as const, message })),
    ...(spool?.failing ?? []).map((message) => ({ code: 'delivery_failing' as const, message })),
    ...(backlog > WORRYING_BACKLOG ? [backlogProblem(backlog)] : []),
    ...quarantineProblems(spool),
    ...damageProblems(spool),
  ];
  const readiness: Readiness = {
    ...{ status: problems.length > 0 ? 'degraded' : 'ready', backlog, salts },
    components: Object.fromEntries(
      Array.from(states, ([name, fault]) => [name, fault === undefined ? 'up' : 'down']),
    ),
    ...(problems.length > 0 && { problems: hasDetails ? problems : problems.map(withoutDetails) }),
    ...(hasDetails && live?.readiness),
  };
  return { readiness, refusal: states.get('spool') };
}

function withoutDetails(problem: Problem): Problem {
  return OPEN_CODES.has(problem.code) ? problem : { ...problem, message: NO_DETAILS };
}

function backlogProblem(backlog: number): Problem {
  const message = `${backlog} batches are waiting for the store or Kafka, and more arrive than are delivered: see the log`;
  return { code: 'backlog', message };
}

function quarantineProblems(spool: ServerContext['spool']): Problem[] {
  const batches = spool?.quarantine.batches.length ?? 0;
  if (batches === 0) return [];
  const message = `${batches} batches with ${spool!.quarantine.hits} hits were refused and are set aside: run "doctor" for the reasons`;
  return [{ code: 'quarantine', message }];
}

/** Damage to the spool on disk since the start. */
function damageProblems(spool: ServerContext['spool']): Problem[] {
  if (!spool || spool.damage.segments === 0) return [];
  const { segments, bytes } = spool.damage;
  const message = `${segments} segments of the spool were damaged, and ${bytes} bytes are lost: see the log and spool/damaged/`;
  return [{ code: 'spool_damage', message }];
}
