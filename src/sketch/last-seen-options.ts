import { HitError } from '../errors.ts';
import { checkOptions, numberOr, type Range, shown } from '../schema/argument.ts';

export interface LastSeenOptions {
  /** A power of two, 16 to 65,536; the error is 0.65/√columns. Default 4,096. */
  columns?: number;
  /** 2 to 32; limits the number of distinguishable visitors to about columns · 2^(ranks − 1). Default 24. */
  ranks?: number;
  /** 1 to 20: the resolution of windows. More ticks run out sooner: 10 in 2038, 20 in 2031. Default 10. */
  ticksPerSecond?: number;
  /** The cells of another table of this shape, rank by rank: kept, not copied. Default: an empty table. */
  cells?: Uint32Array;
  /** Whether an empty table uses shared memory, so that `cells` can be passed to other threads. Default false. */
  shared?: boolean;
}

const OPTIONS = ['columns', 'ranks', 'ticksPerSecond', 'cells', 'shared'];

type Shape = Required<Pick<LastSeenOptions, 'columns' | 'ranks' | 'ticksPerSecond'>>;

/** @throws HitError `invalid` if an option is out of range, or the cells have another shape */
export function checkedShape(options: LastSeenOptions): Shape {
  checkOptions(options, OPTIONS);
  const columns = numberOr('columns', options.columns, 4096, whole(16, 65_536));
  const ranks = numberOr('ranks', options.ranks, 24, whole(2, 32));
  const ticksPerSecond = numberOr('ticksPerSecond', options.ticksPerSecond, 10, whole(1, 20));
  if (!Number.isInteger(Math.log2(columns)))
    throw new HitError('invalid', `columns must be a power of two from 16 to 65536, not ${columns}`);
  const { cells } = options;
  if (cells !== undefined && !(cells instanceof Uint32Array && cells.length === columns * ranks))
    throw new HitError(
      'invalid',
      `cells must be a Uint32Array of ${ranks} × ${columns}, not ${shown(cells)}`,
    );
  return { columns, ranks, ticksPerSecond };
}

function whole(least: number, most: number): Range {
  return { least, most, isWhole: true };
}
