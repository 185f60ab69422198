import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { intactLength } from '../hit/row.ts';
import { parseName, type SegmentName } from '../spool/segment.ts';
import { type Check, error, ok, some, warning } from './check.ts';

const MIB = 2 ** 20;
/** Share of --spool-max from which on hits will soon be refused. */
const MUCH = 0.8;

/** A file of the spool. */
interface SpoolFile {
  readonly file: string;
  readonly name: SegmentName;
  readonly bytes: number;
}

/** Whether what waits for the store is whole, and not much. */
export const spool: Check = {
  name: 'spool',
  async run({ dataDir, spoolMax, running }) {
    const folder = join(dataDir, 'spool');
    const damaged = await readdir(join(folder, 'damaged')).catch(() => []);
    if (damaged.length > 0) {
      return error(
        `${damaged.length} damaged segments are kept in ${join(folder, 'damaged')}: ${some(damaged)}; what was intact of them was delivered`,
        'keep them if somebody is to look at them, else delete them',
      );
    }
    const files = await segmentsIn(folder);
    // Those that are being written end anywhere.
    const finished = files.filter(({ name }) => name.state === 'rows' || name.state === 'noted');
    const torn = running
      ? []
      : await filter(finished, ({ file, bytes }) => isTorn(join(folder, file), bytes));
    if (torn.length > 0) {
      return error(
        `segments are damaged: ${some(torn.map(({ file }) => file))}`,
        'start the server: it delivers what is intact, and keeps the rest in damaged/',
      );
    }
    const bytes = files.reduce((sum, each) => sum + each.bytes, 0);
    const message = `${files.length} segments of ${(bytes / MIB).toFixed(1)} MiB wait for the store`;
    if (bytes > spoolMax * MUCH) {
      return warning(
        `${message}, and ${Math.round(spoolMax / MIB)} MiB may`,
        'see the log why the store takes nothing; a larger --spool-max gains time',
      );
    }
    return ok(message);
  },
};

async function segmentsIn(folder: string): Promise<SpoolFile[]> {
  const files: SpoolFile[] = [];
  for (const file of await readdir(folder).catch(() => [])) {
    const name = parseName(file);
    // One that is delivered goes meanwhile.
    const found =
      name && name.state !== 'note' ? await stat(join(folder, file)).catch(() => undefined) : undefined;
    if (name && found) files.push({ file, name, bytes: found.size });
  }
  return files;
}

async function isTorn(path: string, bytes: number): Promise<boolean> {
  const content = await readFile(path).catch(() => undefined);
  return content !== undefined && intactLength(content).length < bytes;
}

async function filter<Each>(all: readonly Each[], test: (each: Each) => Promise<boolean>): Promise<Each[]> {
  const chosen: Each[] = [];
  for (const each of all) if (await test(each)) chosen.push(each);
  return chosen;
}
