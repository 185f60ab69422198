import { activeParts } from '../clickhouse/parts/active-parts.ts';
import { detachedParts } from '../clickhouse/parts/detached.ts';
import { contentFault } from '../clickhouse/parts/part-content.ts';
import { queryText } from '../clickhouse/sql.ts';
import { type Check, type Examined, error, ok, some, warning } from './check.ts';

/** Whether there are detached parts, whose rows are missing from all answers. */
export const detached: Check = {
  name: 'detached parts',
  async run({ engine, isEmbedded }) {
    const parts = await detachedParts(engine);
    const broken = parts.filter(({ kind }) => kind === 'broken');
    const whole = parts.filter(({ kind }) => kind === 'detached');
    const names = (list: typeof parts) => some(list.map(({ table, name }) => `${table}/${name}`));
    const where = 'store/store/…/detached in the data folder';
    if (broken.length > 0) {
      return ((await isLossPossible(engine, broken)) ? error : warning)(
        `${broken.length} broken parts are detached: ${names(broken)}`,
        isEmbedded
          ? `--repair restores rows that exist elsewhere; delete these parts in ${where} when you no longer need them`
          : 'repair them on the server: from a replica or a backup',
      );
    }
    if (whole.length > 0) {
      return warning(
        `${whole.length} intact parts are detached: ${names(whole)}`,
        'attach them with ALTER TABLE … ATTACH PART, or delete them',
      );
    }
    return ok('none');
  },
};

/** Whether rows may be missing: for hits the ledger tells, unless some were purged; for other tables nothing does. */
async function isLossPossible(
  engine: Examined['engine'],
  broken: readonly { readonly table: string }[],
): Promise<boolean> {
  if (broken.some(({ table }) => table !== 'hits')) return true;
  const [row] = await engine.rows<{ batches: string | number }>(queryText('ledger_short'));
  return Number(row?.batches) > 0;
}

/** Whether all parts of all tables are readable, and match their checksums. */
export const content: Check = {
  name: 'content of tables',
  async run({ engine, isEmbedded }) {
    if (!isEmbedded) return ok('not checked here: the server checks its parts when it merges them');
    const broken: string[] = [];
    const parts = await activeParts(engine);
    for (const { table, name } of parts) {
      const fault = await contentFault(engine, table, name);
      if (fault !== undefined) broken.push(`${table}/${name}: ${fault}`);
    }
    if (broken.length === 0) return ok(`${parts.length} parts match their checksums`);
    return error(
      `${broken.length} of ${parts.length} parts are broken: ${some(broken)}`,
      '--repair detaches them, so that the rest can be read, and restores rows that exist elsewhere',
    );
  },
};
