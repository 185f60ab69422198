/** Programs that a benchmark starts: where they are, and what they took. */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** The command line of Hit Tracker, which Node runs as it is. */
export const CLI = join(import.meta.dirname, '../src/cli.ts');

/** The kernel keeps the highest mark itself, so what is missed is only the growth since the last look. */
const MEMORY_LOOK_MS = 20;
const KIB = 1024;

/** What a program printed and took. */
export interface Finished {
  readonly stdout: string;
  /** From before its start until after its end. */
  readonly seconds: number;
  /** Most bytes that it had in memory; undefined where there is no `/proc`. */
  readonly peakBytes: number | undefined;
  /** Seconds of processors' time, short of the last moment; undefined where there is no `/proc`. */
  readonly cpuSeconds: number | undefined;
}

/** Where a program is, as the shell would find it, or undefined. */
export function findProgram(name: string): string | undefined {
  // What is not for everybody is often not on the path of everybody.
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

/** `nginx 1.22.1` of what `nginx -v` prints, to whichever output; only the name where it tells no version. */
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
 * Runs a program to its end.
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

/** Ends a program: asks first, insists after some seconds. */
export async function stop(child: ChildProcess, patienceSeconds = 20): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const patience = new AbortController();
  const insist = sleep(patienceSeconds * 1000, undefined, { signal: patience.signal }).then(
    () => child.kill('SIGKILL'),
    () => undefined,
  );
  await ended;
  patience.abort();
  await insist;
}

/** No program outlives the benchmark, however that ends, nor writes into folders that are being removed. */
export function killAtExit(child: ChildProcess): void {
  const kill = () => child.kill('SIGKILL');
  process.prependOnceListener('exit', kill);
  child.once('exit', () => process.off('exit', kill));
}

/** Clock ticks a second in `/proc`, on every Linux that Node runs on. */
const TICKS = 100;

/** Seconds of processors' time that a running process has taken, with all its threads. */
export function cpuTime(pid: number | undefined): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Behind the name, which may hold anything: the fields from the third on.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS;
  } catch {
    return undefined;
  }
}

/** Most bytes that a running process ever had in memory. */
function peakMemory(pid: number | undefined): number | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const kibibytes = /^VmHWM:\s+(\d+) kB/m.exec(status)?.[1];
    return kibibytes === undefined ? undefined : Number(kibibytes) * KIB;
  } catch {
    return undefined;
  }
}
