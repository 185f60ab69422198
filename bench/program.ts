/** Programs that a benchmark starts: their paths and resource usage. */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** The command line of Hit Tracker, which Node runs directly. */
export const CLI = join(import.meta.dirname, '../src/cli.ts');

/** The kernel records the peak, so only the growth since the last reading is missed. */
const MEMORY_LOOK_MS = 20;
const KIB = 1024;

/** The output and resource usage of a program. */
export interface Finished {
  readonly stdout: string;
  /** From before its start until after its end. */
  readonly seconds: number;
  /** Peak memory in bytes; undefined without `/proc`. */
  readonly peakBytes: number | undefined;
  /** CPU seconds, up to the last reading; undefined without `/proc`. */
  readonly cpuSeconds: number | undefined;
}

/** The path of a program, as the shell finds it, or undefined. */
export function findProgram(name: string): string | undefined {
  // System programs are often not on a user's PATH.
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

/** `nginx 1.22.1`, from what `nginx -v` prints to either output; only the name if there is no version. */
export function versionOf(name: string, flag: string): string {
  const { stdout, stderr } = spawnSync(findProgram(name) ?? name, [flag], {
    encoding: 'utf8',
    timeout: 10_000,
  });
  const version = /\d+\.\d+(?:\.\d+)*/.exec(`${stdout}${stderr}`)?.[0];
  return version === undefined ? name : `${name} ${version}`;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Runs a program until it exits.
 *
 * @param limit seconds after which it is killed
 * @throws Error with what it wrote on stderr, if it exits with anything but 0
 */
export async function run(command: string, args: readonly string[], limit = 600): Promise<Finished> {
  const started = performance.now();
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: limit * 1000,
    killSignal: 'SIGKILL',
  });
  killAtExit(child);
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  let peakBytes: number | undefined;
  let cpuSeconds: number | undefined;
  const look = setInterval(() => {
    peakBytes = peakMemory(child.pid) ?? peakBytes;
    cpuSeconds = cpuTime(child.pid) ?? cpuSeconds;
  }, MEMORY_LOOK_MS);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    const seconds = (performance.now() - started) / 1000;
    if (code !== 0) {
      const said = Buffer.concat(stderr).toString().trim() || Buffer.concat(stdout).toString().trim();
      throw new Error(
        `${[command, ...args].join(' ')} ended with ${code ?? child.signalCode}: ${said.slice(-2000)}`,
      );
    }
    return { stdout: Buffer.concat(stdout).toString(), seconds, peakBytes, cpuSeconds };
  } finally {
    clearInterval(look);
  }
}

/** Stops a program: SIGTERM first, SIGKILL after some seconds. */
export async function stop(child: ChildProcess, timeoutSeconds = 20): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timeout = new AbortController();
  const insist = sleep(timeoutSeconds * 1000, undefined, { signal: timeout.signal }).then(
    () => child.kill('SIGKILL'),
    () => undefined,
  );
  await ended;
  timeout.abort();
  await insist;
}

/** No program outlives the benchmark, however that ends, or writes into folders that are being removed. */
export function killAtExit(child: ChildProcess): void {
  const kill = () => child.kill('SIGKILL');
  process.prependOnceListener('exit', kill);
  child.once('exit', () => process.off('exit', kill));
}

/** Clock ticks a second in `/proc`, on every Linux that Node runs on. */
const TICKS = 100;

/** CPU seconds of a running process, with all its threads. */
export function cpuTime(pid: number | undefined): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The fields from the third on, after the name, which may contain anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS;
  } catch {
    return undefined;
  }
}

/** Peak memory of a running process, in bytes. */
function peakMemory(pid: number | undefined): number | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const kibibytes = /^VmHWM:\s+(\d+) kB/m.exec(status)?.[1];
    return kibibytes === undefined ? undefined : Number(kibibytes) * KIB;
  } catch {
    return undefined;
  }
}
