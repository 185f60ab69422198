import { copyFileSync, linkSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../errors.ts';
import { parseName } from './segment.ts';

/**
 * Holds on to all that waits in a spool's folder, by second names of the same files: in one turn, so that a segment has
 * one name while it lasts. To be called while nothing is delivered. The one under way may grow, and ends with its last
 * whole group for whoever takes it up.
 *
 * @param to a folder that is not there yet, on the same disk if that is to take no time
 */
export function linkSegments(folder: string, to: string): void {
  mkdirSync(to, { recursive: true });
  for (const file of readdirSync(folder)) {
    const name = parseName(file);
    // What is being written was not promised to anybody.
    if (!name || name.state === 'new') continue;
    try {
      linkOrCopy(join(folder, file), join(to, file));
    } catch (error) {
      // A batch that could not be written, whose sender knows.
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
