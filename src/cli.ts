#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import type { Command, Terminal } from './commands/command.ts';
import { importLogs } from './commands/import.ts';
import { report } from './commands/report.ts';
import { serve } from './commands/serve.ts';
import { commandHelp, programHelp } from './commands/usage.ts';
import { readSettings, type Settings } from './config.ts';
import { HitError, messageOf } from './errors.ts';

const COMMANDS: Readonly<Record<string, Command>> = {
  serve: asCommand(serve),
  import: asCommand(importLogs),
  report: asCommand(report),
};

/** Ends once when asked to, and at once when asked again. */
function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(130);
      controller.abort();
    });
  }
  return controller.signal;
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
    throw new HitError('bad_usage', `there is no command "${name}": use ${Object.keys(COMMANDS).join(', ')}`);
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

function version(): string {
  const file = new URL('../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

/** A command knows the types of its own settings only. */
function asCommand<Specs extends Settings>(command: Command<Specs>): Command {
  return command as unknown as Command;
}

const { stdin, stdout, stderr } = process;
// A reader that has enough, as `head` has, is no fault.
stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
try {
  await main(process.argv.slice(2), { stdin, stdout, stderr, interrupted: interruption() });
  process.exitCode = 0;
} catch (error) {
  process.exitCode = exitCodeOf(error);
}
