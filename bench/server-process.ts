/** Servers under load, each in its own process: Hit Tracker, and those it is compared with. */

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { CLI, cpuTime, findProgram, killAtExit, stop } from './program.ts';

const START_SECONDS = 30;
const BARE_SERVER = join(import.meta.dirname, 'bare-server.ts');
/** How much of a server's output is kept, in case it fails. */
const SAID_LENGTH = 4000;

/** A server that answers. */
export class ServerProcess implements AsyncDisposable {
  readonly port: number;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
  }

  /**
   * Starts a program and waits until it reports on stderr that it listens.
   *
   * @param ready matches that report; the first group is the port, unless that is given
   */
  static async start(
    command: string,
    args: readonly string[],
    ready: RegExp,
    port?: number,
  ): Promise<ServerProcess> {
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    killAtExit(child);
    const match = await listening(child, ready);
    return new ServerProcess(child, port ?? Number(match[1]));
  }

  /** CPU seconds that it has used. */
  get cpuSeconds(): number {
    return cpuTime(this.#child.pid) ?? Number.NaN;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return stop(this.#child);
  }
}

function listening(child: ChildProcess, ready: RegExp): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    let said = '';
    const fail = (why: string) => {
      child.kill('SIGKILL');
      reject(new Error(`${child.spawnargs.join(' ')} ${why}: ${said}`));
    };
    const timer = setTimeout(() => fail(`did not listen within ${START_SECONDS} s`), START_SECONDS * 1000);
    child.once('error', (error) => fail(error.message));
    child.once('exit', (code) => fail(`ended with ${code}`));
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-SAID_LENGTH);
      const match = ready.exec(said);
      if (!match) return;
      clearTimeout(timer);
      resolve(match);
    });
  });
}

/** Hit Tracker on its own data folder, as `npm start` runs it. */
export function startHitTracker(
  dataDir: string,
  durability: 'disk' | 'process',
  adminToken: string,
  threads = 1,
  more: readonly string[] = [],
): Promise<ServerProcess> {
  const settings = {
    '--data-dir': dataDir,
    '--durability': durability,
    '--admin-token': adminToken,
    '--threads': String(threads),
  };
  const args = [CLI, 'serve', '--port', '0', '--host', '127.0.0.1', '--log-level', 'warn'];
  return ServerProcess.start(
    process.execPath,
    [...args, ...Object.entries(settings).flat(), ...more],
    /Listening on http:\/\/127\.0\.0\.1:(\d+)/,
  );
}

/** A `node:http` server that does nothing. */
export function startBare(): Promise<ServerProcess> {
  return ServerProcess.start(process.execPath, [BARE_SERVER], /at http:\/\/127\.0\.0\.1:(\d+)/);
}

/** nginx with one worker that answers 204, or undefined without nginx. */
export async function startNginx(folder: string): Promise<ServerProcess | undefined> {
  const nginx = findProgram('nginx');
  if (nginx === undefined) return undefined;
  const port = await freePort();
  const config = join(folder, 'nginx.conf');
  mkdirSync(folder, { recursive: true });
  writeFileSync(config, nginxConfig(folder, port));
  return ServerProcess.start(
    nginx,
    ['-p', folder, '-c', config, '-e', 'stderr'],
    /using the "\w+" event method/,
    port,
  );
}

/** Without `keepalive_requests` nginx would close connections after a thousand requests, which is not to be measured. */
function nginxConfig(folder: string, port: number): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `  ${kind}_temp_path ${join(folder, kind)};`,
  );
  return `daemon off;
master_process off;
worker_processes 1;
pid ${join(folder, 'nginx.pid')};
error_log stderr notice;
events { worker_connections 4096; }
http {
  access_log off;
  keepalive_requests 1000000000;
${temporary.join('\n')}
  server {
    listen 127.0.0.1:${port} backlog=4096;
    return 204;
  }
}
`;
}

/** A free port, for a program that cannot choose one itself. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
