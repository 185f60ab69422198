import { saveMemory } from './cache/process-memory.ts';
import type { StopLimit, Terminal } from './commands/command.ts';
import { COMMANDS } from './commands/commands.ts';
import { commandHelp, programHelp } from './commands/usage.ts';
import { readSettings } from './config.ts';
import { HitError, messageOf } from './errors.ts';
import { nearest } from './schema/suggestion.ts';
import { version } from './settings/version.ts';
import { aborted } from './timing/aborted.ts';

/** Milliseconds in which a second signal counts as a repetition of the first: npm passes on what a terminal has sent to all. */
const ECHO = 500;

/** Set once the standard output has failed. */
let brokenOutput: { readonly exitCode: number } | undefined;

/** Aborted when the command that runs should shut down. */
const ending = new AbortController();

/** Lets signals end the process; the hangup of a terminal is one. @returns for `Terminal.interruption` */
function endOnSignals(): Terminal['interruption'] {
  let inOrder = false;
  let first: number | undefined;
  // One listener for both times: a pending signal is lost if its listener is removed.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (!inOrder) endBy(signal);
      const now = performance.now();
      first ??= now;
      ending.abort();
      if (now - first > ECHO) endBy('SIGKILL');
    });
  }
  return (limit) => {
    inOrder = true;
    if (limit) aborted(ending.signal).then(() => setTimeout(() => endLate(limit), limit.timeout).unref());
    return ending.signal;
  };
}

/** Ends the process although something still hangs, or holds it open. */
function endLate({ timeout, hasEngine }: StopLimit): void {
  stderr.write(
    `hit-tracker: stopping took ${timeout / 1000} s and is ended (--stop-timeout): hits that are not delivered yet are on disk, and the next start delivers them\n`,
  );
  if (hasEngine) endBy('SIGKILL');
  process.exit();
}

/**
 * Ends the process immediately. Not by an exit: that destroys the embedded engine under its working threads, and
 * crashes. A kill loses nothing, as acknowledged hits are on disk.
 */
function endBy(signal: NodeJS.Signals): never {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
  // The first process of a container is not killed by itself.
  process.exit(130);
}

async function main(args: readonly string[], terminal: Terminal): Promise<void> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    terminal.stdout.write(programHelp(COMMANDS, version()));
    if (name === undefined) throw new HitError('bad_usage', 'name a command');
    return;
  }
  if (name === '--version' || name === '-v') {
    terminal.stdout.write(`${version()}\n`);
    return;
  }
  const entry = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!entry) {
    const commands = Object.keys(COMMANDS);
    const meant = nearest(name, commands);
    const advice = meant === undefined ? `use ${commands.join(', ')}` : `did you mean "${meant}"?`;
    throw new HitError('bad_usage', `there is no command "${name}": ${advice}`);
  }
  const command = await entry.load();
  const { values, positionals, help } = readSettings(command.settings, rest, process.env);
  if (help) terminal.stdout.write(commandHelp(name, entry.summary, command));
  else await command.run(values, positionals, terminal);
}

/** The one place where errors become a line on stderr and an exit code. */
function exitCodeOf(error: unknown): number {
  // Nobody interrupted it: its output failed, which is reported already.
  if (brokenOutput && error instanceof HitError && error.code === 'interrupted') return brokenOutput.exitCode;
  process.stderr.write(`hit-tracker: ${messageOf(error)}\n`);
  if (error instanceof HitError) return error.exitCode;
  if (error instanceof Error && error.stack) process.stderr.write(`${error.stack}\n`);
  return 1;
}

const { stdin, stdout, stderr } = process;
stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (brokenOutput) return;
  // A reader that stops early, such as `head`, is not an error.
  brokenOutput = { exitCode: error.code === 'EPIPE' ? 0 : 1 };
  if (brokenOutput.exitCode !== 0)
    stderr.write(`hit-tracker: standard output cannot be written: ${messageOf(error)}\n`);
  process.exitCode = brokenOutput.exitCode;
  ending.abort();
});
saveMemory(process.env);
try {
  await main(process.argv.slice(2), { stdin, stdout, stderr, interruption: endOnSignals() });
} catch (error) {
  process.exitCode = exitCodeOf(error);
}
