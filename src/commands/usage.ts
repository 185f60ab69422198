import { environmentName, fileVariableName } from '../config.ts';
import { HitError } from '../errors.ts';
import type { Settings } from '../settings/setting.ts';
import type { Command } from './command.ts';

/** The `--help` of one command. @param summary see `CommandEntry` */
export function commandHelp(name: string, summary: string, command: Command): string {
  const flags = Object.entries(command.settings).map(([flag, { value, help, fallback }]) => {
    const shown = value === '' ? `--${flag}` : `--${flag} ${value}`;
    const standard = fallback === undefined || value === '' ? '' : ` [${fallback}]`;
    return [shown, `${help}${standard}`] as const;
  });
  return [
    `hit-tracker ${name}: ${summary}`,
    '',
    `Usage: hit-tracker ${name} ${command.usage}`,
    '',
    table([...flags, ['--help', 'this text']]),
    '',
    `Each flag may be given in the environment: ${exampleVariable(command.settings)}.`,
    ...secretVariables(command.settings),
    '',
    'Examples:',
    ...command.examples.map((example) => `  ${example}`),
    '',
  ].join('\n');
}

/** The `--help` of the program. */
export function programHelp(
  commands: Readonly<Record<string, { readonly summary: string }>>,
  version: string,
): string {
  return [
    `hit-tracker ${version}: counts hits and unique visitors`,
    '',
    'Usage: hit-tracker <command> [options]',
    '',
    table(Object.entries(commands).map(([name, { summary }]) => [name, summary])),
    '',
    'hit-tracker <command> --help lists the options of a command.',
    '',
  ].join('\n');
}

export function unexpected(positionals: readonly string[]): HitError {
  return new HitError('bad_usage', `"${positionals[0]}" is not expected here; --help lists the flags`);
}

function exampleVariable(settings: Settings): string {
  const [name = 'data-dir'] = Object.keys(settings);
  return `${environmentName(name)} for --${name}`;
}

/** How secrets are given by files, if there are any. */
function secretVariables(settings: Settings): string[] {
  const names = Object.keys(settings).filter((name) => settings[name]!.isSecret);
  if (names.length === 0) return [];
  const variables = names.map(fileVariableName).join(', ');
  return [
    `Secrets, and addresses with passwords, may be in files, which these variables name: ${variables}.`,
  ];
}

function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n');
}
