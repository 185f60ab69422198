/**
 * The doctor looks at all that a data folder and its store are made of, and says what is wrong and how to mend it. It changes
 * nothing: see doctor/repair.ts. Each check is a file, and they are independent: one that cannot be made is an error that
 * was found, and the others go on.
 */
import { messageOf } from '../errors.ts';
import type { Check, Examined, Finding } from './check.ts';
import { ledger } from './ledger.ts';
import { live } from './live.ts';
import { content, detached } from './parts.ts';
import { permissions } from './permissions.ts';
import { rollups } from './rollups.ts';
import { space } from './space.ts';
import { spool } from './spool.ts';
import { versions } from './versions.ts';

/** Those that need tables of this program's schema come last. */
const CHECKS: readonly Check[] = [
  versions,
  space,
  permissions,
  spool,
  detached,
  content,
  ledger,
  rollups,
  live,
];
const OF_SCHEMA: ReadonlySet<Check> = new Set([ledger, rollups, live]);

export interface Diagnosis {
  /** Whether nothing is wrong. Warnings are no faults. */
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
      mend: 'mend what else is wrong here, and run this again',
    }));
    findings.push({ check: check.name, ...found });
    if (check === versions && found.result !== 'ok') isOwnSchema = false;
  }
  return { healthy: findings.every(({ result }) => result !== 'error'), findings };
}
