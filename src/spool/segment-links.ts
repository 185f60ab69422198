import { copyFileSync, linkSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../errors.ts';
import { sinksIn } from './quarantine.ts';
import { parseName } from './segment.ts';

/**
 * Snapshots the waiting files of a spool's folder, and those that are set aside, with hard links. It is synchronous, so no
 * segment is renamed meanwhile. The caller must pause delivery. The open segment may still grow; recovery of the copy cuts it
 * after its last complete group.
 *
 * @param to a folder that does not exist yet; on the same disk, linking takes almost no time
 */
export function linkSegments(folder: string, to: string): void {
  linkFiles(folder, to);
  for (const inner of ['quarantine', 'requeued']) {
    for (const sink of sinksIn(join(folder, inner)))
      linkFiles(join(folder, inner, sink), join(to, inner, sink));
  }
}

function linkFiles(folder: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const file of readdirSync(folder)) {
    const name = parseName(file);
    // A file that is being written is not acknowledged yet.
    if (!name || name.state === 'new') continue;
    try {
      linkOrCopy(join(folder, file), join(to, file));
    } catch (error) {
      // A batch that could not be written; its sender got the error.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}

function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if (!/EXDEV|EPERM|ENOTSUP/.test(messageOf(error))) throw error;
    copyFileSync(from, to);
  }
}
