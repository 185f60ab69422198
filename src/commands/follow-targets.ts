import { access, constants, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { HitError, messageOf } from '../errors.ts';
import { type FollowTarget, findFiles } from '../logs/follow/log-files.ts';
import type { Terminal } from './command.ts';

/** @throws HitError `import_failed` for a path that cannot be followed. A file that does not exist yet may appear later. */
export async function checkTargets(
  targets: readonly FollowTarget[],
  { stderr }: Pick<Terminal, 'stderr'>,
): Promise<void> {
  for (const target of targets) {
    const { path, isPattern } = target;
    if (isPattern) {
      if ((await findFiles([target])).length === 0)
        stderr.write(`No file matches ${path} yet: waiting for one.\n`);
      continue;
    }
    try {
      const found = await stat(path);
      if (found.isDirectory()) throw new Error(`it is a folder; name the files in it, or '${path}/*.log'`);
      if (!found.isFile()) throw new Error('it is not a file; pipe its content to import --follow -');
      await access(path, constants.R_OK);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
        stderr.write(`${path} does not exist yet: waiting for it.\n`);
        continue;
      }
      throw new HitError('import_failed', `${basename(path)} cannot be read: ${messageOf(error)}`, {
        cause: error,
      });
    }
  }
}
