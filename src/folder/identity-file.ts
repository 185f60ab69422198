/**
 * `identity.json` in the data folder: how the last server on it identified visitors. Commands that run without a server read it,
 * since the hits do not record it.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HitError, messageOf } from '../errors.ts';
import { writeAtomicallySync } from '../files/atomic.ts';
import { IDENTITIES } from '../settings/serve.ts';

export type Identity = (typeof IDENTITIES)[number];

/** @throws HitError `data_dir_unusable` */
export function writeIdentity(folder: string, identity: Identity): void {
  writeAtomicallySync(pathIn(folder), `${JSON.stringify({ identity })}\n`);
}

/**
 * @returns undefined if no server has run yet
 * @throws HitError `data_dir_unusable` if the file is damaged
 */
export function readIdentity(folder: string): Identity | undefined {
  const path = pathIn(folder);
  if (!existsSync(path)) return undefined;
  try {
    const { identity } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;
    const known = IDENTITIES.find((each) => each === identity);
    if (known === undefined) throw new Error('it contains no identity');
    return known;
  } catch (error) {
    const message = `${path} cannot be read: ${messageOf(error)}. Delete it: the next start of the server writes it again`;
    throw new HitError('data_dir_unusable', message, { cause: error });
  }
}

function pathIn(folder: string): string {
  return join(folder, 'identity.json');
}
