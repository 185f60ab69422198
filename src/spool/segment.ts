import { join } from 'node:path';
import { ROW_LAYOUT } from '../rows/row-layout.ts';
import { intactLength } from '../rows/row-seal.ts';

/** A finished file of rows, delivered to a sink as one batch. */
export interface Segment {
  /**
   * Identity of the batch, stable across crashes and retries and unique across all nodes: 64 bits, unsigned.
   * Assigned when the batch is handed over for delivery: the ids of one writer ascend in the order of delivery.
   */
  readonly id: bigint;
  /** Milliseconds since 1970 when the id was assigned, or more if several were assigned per millisecond. */
  readonly sequence: number;
  readonly path: string;
  readonly bytes: number;
  /**
   * Rows without seals: the number that the store must have after delivery. The store may have more of a segment that was
   * delivered before a crash and damaged after it, as only intact groups are delivered again.
   */
  readonly hits: number;
  /** `live`: hits as received. `import`: built from a log, which can be read again. */
  readonly kind: 'live' | 'import';
  /** Layout of the rows: see `rows/row.ts`. */
  readonly layout: number;
  /** The source of an import's batch: delivered with it. */
  readonly records: readonly LogChunkRecord[];
}

export type LogChunkRecord = Readonly<Record<string, string | number>>;

/**
 * State of a spool file, given by its name. Only `rows`, `noted` and the `note` of the latter are named after a batch id;
 * the names of the others are unique and have no meaning.
 *
 * - `open`: hits are appended to it
 * - `rows`: hits, finished
 * - `noted`: a batch that can be rebuilt, with its notes beside it in a `note`
 * - `new`: a file that is being written, renamed when complete
 */
type State = 'open' | 'rows' | 'noted' | 'note' | 'new';

export interface SegmentName {
  /** Milliseconds since 1970 when the name was generated, or more: unique within a run. */
  readonly sequence: number;
  /** The writer: a random number of 22 bits for the run of the program that generated the name. */
  readonly run: number;
  readonly layout: number;
  readonly state: State;
}

const NAME = /^(\d{13})-([0-3][0-9a-f]{5})\.v(\d{1,4})\.(open|rows|noted|note|new)$/;
const RUN_BITS = 22;
/** Number of sequences in an id of 64 bits. */
const SEQUENCES = 2 ** (64 - RUN_BITS);

/** Number of distinct runs. */
export const RUNS = 2 ** RUN_BITS;

/** The name of a file with this version's row layout. */
export function nameOf(sequence: number, run: number, state: State): SegmentName {
  return { sequence, run, layout: ROW_LAYOUT, state };
}

export function fileOf({ sequence, run, layout, state }: SegmentName): string {
  const number = String(sequence).padStart(13, '0');
  return `${number}-${run.toString(16).padStart(6, '0')}.v${layout}.${state}`;
}

/** @returns undefined for a file that is not the spool's */
export function parseName(file: string): SegmentName | undefined {
  const match = NAME.exec(file);
  if (!match || Number(match[1]) >= SEQUENCES) return undefined;
  return {
    sequence: Number(match[1]),
    run: Number.parseInt(match[2]!, 16),
    layout: Number(match[3]),
    state: match[4] as State,
  };
}

/** The segment of a file in a folder. */
export function segmentOf(folder: string, name: SegmentName, content: SegmentContent): Segment {
  const { sequence, layout, state } = name;
  const kind = state === 'noted' ? 'import' : 'live';
  return { id: batchId(name), sequence, path: join(folder, fileOf(name)), ...content, kind, layout };
}

/**
 * Whether the file of a segment has its original length and consists of intact groups.
 *
 * @throws HitError `data_dir_newer` if this version does not know its layout
 */
export function isWhole({ bytes, layout }: Pick<Segment, 'bytes' | 'layout'>, file: Buffer): boolean {
  return file.length === bytes && intactLength(file, layout).length === bytes;
}

/** Content of a file. */
export type SegmentContent = Pick<Segment, 'bytes' | 'hits' | 'records'>;

/** The time comes before the run, so batches of the same time are close together in the store. */
export function batchId({ sequence, run }: SegmentName): bigint {
  return (BigInt(sequence) << BigInt(RUN_BITS)) | BigInt(run);
}
