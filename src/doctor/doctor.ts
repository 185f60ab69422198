/**
 * The doctor examines a data folder and its store, and reports problems and how to fix them. It changes nothing:
 * see doctor/repair.ts. Each check is a file, and checks are independent: a check that fails is reported as an
 * error, and the others go on.
 */
import { messageOf } from '../errors.ts';
import type { Check, Examined, Finding } from './check.ts';
import { ledger } from './ledger.ts';
import { live } from './live.ts';
import { content, detached } from './parts.ts';
import { permissions } from './permissions.ts';
import { quarantine } from './quarantine.ts';
import { rollups } from './rollups.ts';
import { space } from './space.ts';
import { spool } from './spool.ts';
import { versions } from './versions.ts';
import { visits } from './visits.ts';

/** Checks that need the tables of the current schema come last. */
const CHECKS: readonly Check[] = [
  versions,
  space,
  permissions,
  spool,
  quarantine,
  detached,
  content,
  ledger,
  rollups,
  visits,
  live,
];
const OF_SCHEMA: ReadonlySet<Check> = new Set([ledger, rollups, visits, live]);

export interface Diagnosis {
  /** Whether there is no error. Warnings do not count. */
  readonly healthy: boolean;
  readonly findings: readonly Finding[];
}

/**
 * Examines a data folder.
 *
 * @example
 * const { healthy, findings } = await examine({ engine: connection, isEmbedded: true, dataDir, spoolMax: 2 ** 30 });
 */
export async function examine(examined: Examined): Promise<Diagnosis> {
  const findings: Finding[] = [];
  let isOwnSchema = true;
  for (const check of CHECKS) {
    if (!isOwnSchema && OF_SCHEMA.has(check)) continue;
    const found = await check.run(examined).catch((fault: unknown) => ({
      result: 'error' as const,
      message: `it could not be checked: ${messageOf(fault)}`,
      mend: 'fix the other problems here, and run this again',
    }));
    findings.push({ check: check.name, ...found });
    if (check === versions && found.result !== 'ok') isOwnSchema = false;
  }
  return { healthy: findings.every(({ result }) => result !== 'error'), findings };
}
