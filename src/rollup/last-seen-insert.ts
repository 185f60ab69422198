import { shareSql } from '../clickhouse/shares.ts';
import type { ComputedInsert } from '../store/long-statements.ts';

/** The insert of the last-seen cells of hits. It may be repeated. @param scope SQL: which hits */
export function lastSeenInsert(scope: string): ComputedInsert {
  return {
    ...{ query: 'insert_last_seen', table: 'last_seen', name: 'hit-tracker-last-seen', isRepeatable: true },
    fragmentsOf: (share) => ({ scope: `${scope} AND ${shareSql(share)}` }),
  };
}
