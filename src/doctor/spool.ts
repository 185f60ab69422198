import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readBatchWithRecords } from '../spool/batch-records.ts';
import { damageOf } from '../spool/damage.ts';
import { fileOf, parseName, type SegmentName } from '../spool/segment.ts';
import { type Check, error, ok, some, warning } from './check.ts';

const MIB = 2 ** 20;
/** Share of --spool-max from which hits will soon be refused. */
const WARN_FILL = 0.8;

/** A file of the spool. */
interface SpoolFile {
  readonly file: string;
  readonly name: SegmentName;
  readonly bytes: number;
}

/** Whether the segments waiting for the store are intact, and few. */
export const spool: Check = {
  name: 'spool',
  async run({ dataDir, spoolMax, running }) {
    const folder = join(dataDir, 'spool');
    const damaged = await readdir(join(folder, 'damaged')).catch(() => []);
    if (damaged.length > 0) {
      return error(
        `${damaged.length} damaged segments are kept in ${join(folder, 'damaged')}: ${some(damaged)}; their intact groups were delivered`,
        'delete them if you do not need them for analysis',
      );
    }
    const files = await segmentsIn(folder);
    // A running server writes to some of them.
    const torn = running ? [] : await filter(files, ({ name }) => isDamaged(folder, name));
    if (torn.length > 0) {
      return error(
        `segments are damaged: ${some(torn.map(({ file }) => file))}`,
        'start the server: it delivers intact groups, and keeps the originals in damaged/',
      );
    }
    const bytes = files.reduce((sum, each) => sum + each.bytes, 0);
    const message = `${files.length} segments of ${(bytes / MIB).toFixed(1)} MiB wait for the store`;
    if (bytes > spoolMax * WARN_FILL) {
      return warning(
        `${message}, of at most ${Math.round(spoolMax / MIB)} MiB`,
        'the log says why the store accepts nothing; a larger --spool-max gains time',
      );
    }
    return ok(message);
  },
};

async function segmentsIn(folder: string): Promise<SpoolFile[]> {
  const files: SpoolFile[] = [];
  for (const file of await readdir(folder).catch(() => [])) {
    const name = parseName(file);
    // A segment may be delivered, and deleted, meanwhile.
    const found =
      name && name.state !== 'note' ? await stat(join(folder, file)).catch(() => undefined) : undefined;
    if (name && found) files.push({ file, name, bytes: found.size });
  }
  return files;
}

async function isDamaged(folder: string, name: SegmentName): Promise<boolean> {
  try {
    if (name.state === 'noted') return (await readBatchWithRecords(folder, name)) === undefined;
    // A segment that was never renamed does not count.
    if (name.state === 'new') return false;
    return damageOf(name, await readFile(join(folder, fileOf(name)))) !== undefined;
  } catch (error) {
    // A server that was started meanwhile has delivered it.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

async function filter<Each>(all: readonly Each[], test: (each: Each) => Promise<boolean>): Promise<Each[]> {
  const chosen: Each[] = [];
  for (const each of all) if (await test(each)) chosen.push(each);
  return chosen;
}
