import { randomInt } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { writeNoted } from './noted.ts';
import { OpenSegment } from './open-segment.ts';
import { type Recovery, recoverSegments } from './recovery.ts';
import { type Note, nameOf, RUNS, type Segment, syncFolder } from './segment.ts';

/** The folder of segments, and the names in it: none is given twice, by no run of no node. */
export class SegmentFolder {
  readonly #path: string;
  readonly #durable: boolean;
  readonly #run = randomInt(RUNS);
  /** Of the newest segment. */
  #sequence = 0;

  private constructor(path: string, durable: boolean) {
    this.#path = path;
    this.#durable = durable;
  }

  /**
   * Opens a folder, and makes it if it is not there.
   *
   * @param durable whether what is written is synced to the disk
   * @returns the folder, and what an earlier run left in it
   * @throws HitError `data_dir_newer`
   */
  static async open(path: string, durable: boolean): Promise<{ folder: SegmentFolder; recovery: Recovery }> {
    mkdirSync(path, { recursive: true });
    if (durable) await syncFolder(dirname(path));
    const folder = new SegmentFolder(path, durable);
    const recovery = await recoverSegments(path);
    folder.#sequence = recovery.segments.at(-1)?.sequence ?? 0;
    return { folder, recovery };
  }

  /** A new segment, to which hits are appended. */
  create(): Promise<OpenSegment> {
    return OpenSegment.create(this.#path, nameOf(this.#nextSequence(), this.#run, 'open'), this.#durable);
  }

  /** Writes a batch that can be made again, with what it was made from. */
  writeNoted(rows: readonly Uint8Array[], notes: readonly Note[]): Promise<Segment> {
    const name = nameOf(this.#nextSequence(), this.#run, 'noted');
    return writeNoted(this.#path, name, rows, notes, this.#durable);
  }

  /** The time, or the next free number where segments are quicker than that. */
  #nextSequence(): number {
    this.#sequence = Math.max(this.#sequence + 1, Date.now());
    return this.#sequence;
  }
}
