import { queryText } from '../sql.ts';
import type { PartEngine } from './part-rescue.ts';

/** Seconds for which parts of hits stay that others have replaced: old_parts_lifetime in the schema. See clickhouse/parts/parts.ts. */
const LIFETIME = 30;

/** Sets for how long replaced parts of hits stay. */
export function replacedLifetime(seconds = LIFETIME): string {
  return `ALTER TABLE hits MODIFY SETTING old_parts_lifetime = ${seconds}`;
}

/** Sets it to what it should be, where a command that gave room back was killed before it did. */
export async function keepReplaced(engine: PartEngine): Promise<void> {
  const [table] = await engine.rows<{ engine_full: string }>(queryText('parts_settings'));
  if (table && !new RegExp(`old_parts_lifetime = ${LIFETIME}\\b`).test(table.engine_full)) {
    await engine.command(replacedLifetime());
  }
}
