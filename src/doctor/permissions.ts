import { chmod, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Check, error, ok } from './check.ts';

/** Files that only their owner may read: others could forge visitors or read all data with them. */
const SECRET = ['secrets.json', 'salts.json', 'tokens.json', 'webhook-secret'] as const;
const OTHERS = 0o077;
const WRITERS = 0o022;

interface Open {
  readonly path: string;
  readonly mode: number;
  /** The widest mode that is allowed. */
  readonly wanted: number;
}

/** Whether nobody else can read or replace the secrets. */
export const permissions: Check = {
  name: 'permissions',
  async run({ dataDir }) {
    if (process.platform === 'win32') return ok('left to the system');
    const open = await tooOpen(dataDir);
    if (open.length === 0) return ok('secrets are readable only by their owner');
    const list = open.map(({ path, mode }) => `${path} is ${(mode & 0o777).toString(8)}`);
    const commands = open.map(({ path, wanted }) => `chmod ${wanted.toString(8)} ${path}`);
    return error(
      `others may be able to read secrets: ${list.join(', ')}`,
      `${commands.join('; ')}, or --repair`,
    );
  },
};

/** Restricts permissions that are too open. @returns what was changed */
export async function closePermissions(dataDir: string): Promise<string[]> {
  if (process.platform === 'win32') return [];
  const open = await tooOpen(dataDir);
  for (const { path, wanted } of open) await chmod(path, wanted);
  return open.map(({ path, wanted }) => `${path} now has mode ${wanted.toString(8)}`);
}

async function tooOpen(dataDir: string): Promise<Open[]> {
  const open: Open[] = [];
  const look = async (path: string, forbidden: number) => {
    const found = await stat(path).catch(() => undefined);
    if (found && (found.mode & forbidden) !== 0) {
      open.push({ path, mode: found.mode, wanted: found.mode & 0o777 & ~forbidden });
    }
  };
  await look(dataDir, WRITERS);
  for (const name of SECRET) await look(join(dataDir, name), OTHERS);
  return open;
}
