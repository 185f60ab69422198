import { messageOf } from '../../errors.ts';
import { quote } from '../literals.ts';
import type { PartEngine } from './part-rescue.ts';
import { shortReason } from './symptoms.ts';

/**
 * Reads a whole part and verifies its checksums.
 *
 * @returns the engine's reason if it is broken; undefined if it is whole, or was merged meanwhile
 * @throws HitError `store_unavailable`
 */
export async function contentFault(
  engine: Pick<PartEngine, 'rows'>,
  table: string,
  name: string,
): Promise<string | undefined> {
  try {
    const rows = await engine.rows<{ is_passed: number; message: string }>(
      `CHECK TABLE ${table} PART ${quote(name)} SETTINGS check_query_single_value_result = 0`,
    );
    const failed = rows.find(({ is_passed }) => Number(is_passed) === 0);
    return failed && shortReason(failed.message);
  } catch (error) {
    if (/NO_SUCH_DATA_PART|No such data part|No part/.test(messageOf(error))) return undefined;
    throw error;
  }
}
