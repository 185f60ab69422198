import { chmod, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Check, error, ok } from './check.ts';

/** Files that only their owner may read: who has them can forge visitors or read all. */
const SECRET = ['secrets.json', 'salts.json', 'tokens.json', 'webhook-secret'] as const;
const OTHERS = 0o077;
const WRITERS = 0o022;

interface Open {
  readonly path: string;
  readonly mode: number;
  /** The mode that it should have at most. */
  readonly wanted: number;
}

/** Whether nobody else can read the secrets, or replace them. */
export const permissions: Check = {
  name: 'permissions',
  async run({ dataDir }) {
    if (process.platform === 'win32') return ok('left to the system');
    const open = await tooOpen(dataDir);
    if (open.length === 0) return ok('secrets are readable by their owner alone');
    const list = open.map(({ path, mode }) => `${path} is ${(mode & 0o777).toString(8)}`);
    const commands = open.map(({ path, wanted }) => `chmod ${wanted.toString(8)} ${path}`);
    return error(`others may get at secrets: ${list.join(', ')}`, `${commands.join('; ')}, or --repair`);
  },
};

/** Sets what is too open to what it should be. @returns what was done */
export async function closePermissions(dataDir: string): Promise<string[]> {
  if (process.platform === 'win32') return [];
  const open = await tooOpen(dataDir);
  for (const { path, wanted } of open) await chmod(path, wanted);
  return open.map(({ path, wanted }) => `${path} has mode ${wanted.toString(8)} now`);
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
