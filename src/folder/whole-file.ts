import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { HitError, messageOf } from '../errors.ts';

/**
 * Writes a small file of the data folder, for its owner only: beside, then renamed, so that a crash leaves the old one or the
 * new one.
 *
 * @throws HitError `data_dir_unusable`
 */
export function writeWholeSync(path: string, text: string): void {
  try {
    const beside = `${path}.new`;
    // One that a crash left behind would keep its mode.
    rmSync(beside, { force: true });
    synced(openSync(beside, 'wx', 0o600), (file) => {
      writeSync(file, text);
    });
    renameSync(beside, path);
    synced(openSync(dirname(path), 'r'), () => undefined);
  } catch (error) {
    throw new HitError('data_dir_unusable', `${path} cannot be written: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function synced(file: number, work: (file: number) => void): void {
  try {
    work(file);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
