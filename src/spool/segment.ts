import { join } from 'node:path';
import { ROW_LAYOUT } from '../hit/row.ts';

/** A finished file of rows, which goes to a sink as one batch. */
export interface Segment {
  /**
   * Identity of the batch, the same over crashes and retries, and of no other batch of any node: 64 bits, unsigned.
   * Given when the batch is handed over for delivery: the ids of one writer ascend in the order of delivery.
   */
  readonly id: bigint;
  /** Milliseconds since 1970 at which the id was given, or more where ids were given faster than that. */
  readonly sequence: number;
  readonly path: string;
  readonly bytes: number;
  /**
   * Rows without seals: as many as the store must have after delivery. It may have more of a segment that was delivered
   * before a crash and damaged after it, as only what is intact comes again.
   */
  readonly hits: number;
  /** `live`: hits as they came. `import`: made from a log, which can be read again. */
  readonly kind: 'live' | 'import';
  /** Layout of its rows: see `hit/row.ts`. */
  readonly layout: number;
  /** What the batch was made from, where it is of an import: delivered with it. */
  readonly notes: readonly LogChunkRecord[];
}

export type LogChunkRecord = Readonly<Record<string, string | number>>;

/**
 * What a file of the spool is, as its name says. Only `rows` and `noted`, and the `note` of the latter, have a batch's
 * id for a name; the others have a name that is unique and says nothing.
 *
 * - `open`: hits are appended to it
 * - `rows`: hits, finished
 * - `noted`: a batch that can be made again, whose notes lie beside it in a `note`
 * - `new`: a file that is being written, and gets another name when it is whole
 */
type State = 'open' | 'rows' | 'noted' | 'note' | 'new';

export interface SegmentName {
  /** Milliseconds since 1970 at which the name was given, or more: no two names of a run have the same. */
  readonly sequence: number;
  /** The writer: the run of a program that gave the name, by a random number of 22 bits. */
  readonly run: number;
  readonly layout: number;
  readonly state: State;
}

const NAME = /^(\d{13})-([0-3][0-9a-f]{5})\.v(\d{1,4})\.(open|rows|noted|note|new)$/;
const RUN_BITS = 22;
/** Of an id of 64 bits. */
const SEQUENCES = 2 ** (64 - RUN_BITS);

/** How many runs can be told apart. */
export const RUNS = 2 ** RUN_BITS;

/** The name of a file of this version's rows. */
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

/** What is delivered of a file in a folder. */
export function segmentOf(folder: string, name: SegmentName, content: SegmentContent): Segment {
  const { sequence, layout, state } = name;
  const kind = state === 'noted' ? 'import' : 'live';
  return { id: batchId(name), sequence, path: join(folder, fileOf(name)), ...content, kind, layout };
}

/** What a file holds. */
export type SegmentContent = Pick<Segment, 'bytes' | 'hits' | 'notes'>;

/** Its time before its run, so that those of one time are close together in the store. */
export function batchId({ sequence, run }: SegmentName): bigint {
  return (BigInt(sequence) << BigInt(RUN_BITS)) | BigInt(run);
}
