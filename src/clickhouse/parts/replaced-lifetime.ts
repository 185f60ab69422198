import { queryText } from '../sql.ts';
import type { PartEngine } from './part-rescue.ts';

/** Seconds that replaced parts of hits stay on disk: old_parts_lifetime in the schema. See clickhouse/parts/parts.ts. */
const LIFETIME = 30;

/** SQL: sets how long replaced parts of hits stay on disk. */
export function replacedLifetime(seconds = LIFETIME): string {
  return `ALTER TABLE hits MODIFY SETTING old_parts_lifetime = ${seconds}`;
}

/** Restores the setting if a command that frees space was killed before it could. */
export async function keepReplaced(engine: PartEngine): Promise<void> {
  const [table] = await engine.rows<{ engine_full: string }>(queryText('parts_settings', {}, engine.dialect));
  if (table && !new RegExp(`old_parts_lifetime = ${LIFETIME}\\b`).test(table.engine_full)) {
    await engine.command(replacedLifetime());
  }
}
