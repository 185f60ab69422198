import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { HitError, messageOf } from '../errors.ts';
import { writeAtomically } from '../files/atomic.ts';
import { readWebhookSecret } from '../settings/schedule.ts';

/**
 * The secret of a data folder, in a file that only its owner can read, in the format of receivers: `whsec_…`. Created if
 * it is missing.
 *
 * @throws HitError `data_dir_unusable` if the file is damaged: receivers know the old secret, so it is not replaced
 */
export async function loadOrCreateWebhookSecret(path: string): Promise<Uint8Array> {
  try {
    const text = await readOrCreate(path);
    return readWebhookSecret(text.trim(), path);
  } catch (error) {
    const advice = 'Restore it, or delete it and give receivers the new one';
    throw new HitError('data_dir_unusable', `${path}: ${messageOf(error)}. ${advice}`, { cause: error });
  }
}

async function readOrCreate(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    const text = `whsec_${randomBytes(32).toString('base64')}`;
    await writeAtomically(path, `${text}\n`);
    return text;
  }
}
