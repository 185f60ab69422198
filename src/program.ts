import { archive } from './commands/archive.ts';
import { backupFolder } from './commands/backup.ts';
import type { Command, Terminal } from './commands/command.ts';
import { consume } from './commands/consume.ts';
import { doctor } from './commands/doctor.ts';
import { exportStore } from './commands/export.ts';
import { funnel } from './commands/funnel.ts';
import { goals } from './commands/goals.ts';
import { importLogs } from './commands/import.ts';
import { journeys } from './commands/journeys.ts';
import { merge } from './commands/merge.ts';
import { moveToServer } from './commands/move.ts';
import { purgeStore } from './commands/purge.ts';
import { query } from './commands/query.ts';
import { report } from './commands/report.ts';
import { restore } from './commands/restore.ts';
import { retention } from './commands/retention.ts';
import { makeSecrets } from './commands/secrets.ts';
import { serve } from './commands/serve.ts';
import { top } from './commands/top.ts';
import { commandHelp, programHelp } from './commands/usage.ts';
import { readSettings } from './config.ts';
import { HitError, messageOf } from './errors.ts';
import { nearest } from './schema/suggestion.ts';
import type { Settings } from './settings/setting.ts';
import { version } from './settings/version.ts';

const COMMANDS: Readonly<Record<string, Command>> = {
  serve: asCommand(serve),
  import: asCommand(importLogs),
  report: asCommand(report),
  query: asCommand(query),
  funnel: asCommand(funnel),
  journeys: asCommand(journeys),
  retention: asCommand(retention),
  goals: asCommand(goals),
  top: asCommand(top),
  merge: asCommand(merge),
  consume: asCommand(consume),
  export: asCommand(exportStore),
  archive: asCommand(archive),
  restore: asCommand(restore),
  purge: asCommand(purgeStore),
  backup: asCommand(backupFolder),
  doctor: asCommand(doctor),
  move: asCommand(moveToServer),
  secrets: asCommand(makeSecrets),
};

/** Milliseconds in which a second signal counts as a repetition of the first: npm passes on what a terminal has sent to all. */
const ECHO = 500;

/** Aborted when the command that runs should shut down. */
const ending = new AbortController();

/** Lets signals end the process. @returns for `Terminal.interruption` */
function endOnSignals(): () => AbortSignal {
  let inOrder = false;
  let first: number | undefined;
  // One listener for both times: a pending signal is lost if its listener is removed.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (!inOrder) endBy(signal);
      const now = performance.now();
      first ??= now;
      ending.abort();
      if (now - first > ECHO) endBy('SIGKILL');
    });
  }
  return () => {
    inOrder = true;
    return ending.signal;
  };
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
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command) {
    const commands = Object.keys(COMMANDS);
    const meant = nearest(name, commands);
    const advice = meant === undefined ? `use ${commands.join(', ')}` : `did you mean "${meant}"?`;
    throw new HitError('bad_usage', `there is no command "${name}": ${advice}`);
  }
  const { values, positionals, help } = readSettings(command.settings, rest, process.env);
  if (help) terminal.stdout.write(commandHelp(name, command));
  else await command.run(values, positionals, terminal);
}

/** The one place where errors become a line on stderr and an exit code. */
function exitCodeOf(error: unknown): number {
  process.stderr.write(`hit-tracker: ${messageOf(error)}\n`);
  if (error instanceof HitError) return error.exitCode;
  if (error instanceof Error && error.stack) process.stderr.write(`${error.stack}\n`);
  return 1;
}

/** A command knows the types of its own settings only. */
function asCommand<Specs extends Settings>(command: Command<Specs>): Command {
  return command as unknown as Command;
}

const { stdin, stdout, stderr } = process;
stdout.on('error', (error: NodeJS.ErrnoException) => {
  // A reader that stops early, such as `head`, is not an error.
  if (error.code !== 'EPIPE') process.exitCode = 1;
  ending.abort();
});
try {
  await main(process.argv.slice(2), { stdin, stdout, stderr, interruption: endOnSignals() });
} catch (error) {
  process.exitCode = exitCodeOf(error);
}
