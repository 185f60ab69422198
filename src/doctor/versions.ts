import { migrations, queryText } from '../clickhouse/sql.ts';
import { type Check, error, ok, warning } from './check.ts';

/** Whether the store's schema is this program's. */
export const versions: Check = {
  name: 'versions',
  async run({ engine }) {
    const [row] = await engine.rows<{ engine: string; schema: string | number }>(
      queryText('doctor_versions'),
    );
    const schema = Number(row?.schema ?? 0);
    const newest = migrations().at(-1)?.version ?? 0;
    const node = process.version;
    if (schema > newest) {
      return error(
        `the store has schema ${schema}, and this program knows ${newest}`,
        'install a newer Hit Tracker',
      );
    }
    if (schema < newest) {
      return warning(
        `the store has schema ${schema}, and this program makes ${newest} of it at its next start`,
        'make a backup, and start the server',
      );
    }
    return ok(`schema ${schema}, engine ${row?.engine}, Node ${node}`);
  },
};
