import { open } from 'node:fs/promises';
import { ROW_LAYOUT } from '../hit/row.ts';

/** A finished file of rows, which goes to a sink as one batch. */
export interface Segment {
  /**
   * Identity of the batch, the same over crashes and retries, and of no other batch of any node: 64 bits, unsigned.
   * Later ones are larger.
   */
  readonly id: bigint;
  /** Place in the order of delivery. */
  readonly sequence: number;
  readonly path: string;
  readonly bytes: number;
  /** Layout of its rows: see `hit/row.ts`. */
  readonly layout: number;
  /** What the batch was made from, where it is of an import: delivered with it. */
  readonly notes: readonly Note[];
}

export type Note = Readonly<Record<string, string | number>>;

/**
 * What a file of the spool is, as its name says.
 *
 * - `open`: hits are appended to it
 * - `rows`: hits, finished
 * - `noted`: a batch that can be made again, whose notes lie beside it in a `note`
 * - `new`: a batch that is being written
 */
type State = 'open' | 'rows' | 'noted' | 'note' | 'new';

export interface SegmentName {
  /** Milliseconds since 1970 of its beginning, or more: no two of a folder have the same. */
  readonly sequence: number;
  /** The run of a program that wrote it, by a random number of 22 bits. */
  readonly run: number;
  readonly layout: number;
  readonly state: State;
}

const NAME = /^(\d{13})-([0-3][0-9a-f]{5})\.v(\d{1,4})\.(open|rows|noted|note|new)$/;
const RUN_BITS = 22;

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
  if (!match) return undefined;
  return {
    sequence: Number(match[1]),
    run: Number.parseInt(match[2]!, 16),
    layout: Number(match[3]),
    state: match[4] as State,
  };
}

/** What is delivered of a file. */
export function segmentOf(name: SegmentName, path: string, bytes: number, notes: readonly Note[]): Segment {
  const { sequence, layout } = name;
  return { id: batchId(name), sequence, path, bytes, layout, notes };
}

/** Its time before its run, so that those of one time are close together in the store. */
export function batchId({ sequence, run }: SegmentName): bigint {
  return (BigInt(sequence) << BigInt(RUN_BITS)) | BigInt(run);
}

/** Makes the names in a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
