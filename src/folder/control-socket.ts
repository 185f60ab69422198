import { join, resolve } from 'node:path';

/** The socket of a server that runs on a data folder. */
export function controlSocket(dataDir: string): string {
  return join(resolve(dataDir), 'control.sock');
}
