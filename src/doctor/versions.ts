import { migrations, queryText } from '../clickhouse/sql.ts';
import { type Check, error, ok, warning } from './check.ts';

/** Whether the schema of the store is the one of this program. */
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
        `the store has schema ${schema}, and this program supports ${newest}`,
        'install a newer Hit Tracker',
      );
    }
    if (schema < newest) {
      return warning(
        `the store has schema ${schema}; the first command that opens it converts it to ${newest}, and earlier versions cannot open it afterwards`,
        'to be able to go back, copy the folder first, or back it up with the version that wrote it; then start the server. Checks that need the newer schema were skipped',
      );
    }
    return ok(`schema ${schema}, engine ${row?.engine}, Node ${node}`);
  },
};
