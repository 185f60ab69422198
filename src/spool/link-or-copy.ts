import { constants } from 'node:fs';
import { copyFile, link, rename, stat } from 'node:fs/promises';
import { syncFile } from '../files/durable.ts';

/** Gives a file another name as well, or copies it where the file system has no hard links. An older file of that name is replaced. */
export async function linkOrCopy(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (code === 'EEXIST' && (await stat(from)).ino === (await stat(to)).ino) return;
    if (!/^(EEXIST|EPERM|ENOTSUP|EOPNOTSUPP|EMLINK|ENOSYS)$/.test(code)) throw error;
    await copyFile(from, `${to}.copy`, constants.COPYFILE_FICLONE);
    await syncFile(`${to}.copy`);
    await rename(`${to}.copy`, to);
  }
}
