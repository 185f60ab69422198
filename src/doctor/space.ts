import { statfs } from 'node:fs/promises';
import { RESERVE } from '../clickhouse/parts/free-space.ts';
import { type Check, error, ok, warning } from './check.ts';

const MIB = 2 ** 20;
/** Warn if free space is below both limits. */
const LITTLE = 1024 * MIB;
const SMALL_SHARE = 0.05;

/** Whether there is enough free space. */
export const space: Check = {
  name: 'free space',
  async run({ dataDir }) {
    const { bavail, bsize, blocks } = await statfs(dataDir);
    const [free, all] = [bavail * bsize, blocks * bsize];
    const message = `${Math.round(free / MIB)} of ${Math.round(all / MIB)} MiB are free`;
    const mend = 'free some space, purge with a shorter --keep-hits, or archive old hits';
    // Room for a segment of the spool beside the reserve.
    if (free < RESERVE * 3) return error(`${message}: too little for the next inserts`, mend);
    if (free < LITTLE && free < all * SMALL_SHARE) return warning(message, mend);
    return ok(message);
  },
};
