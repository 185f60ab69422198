/** The only reader of the command line and the environment; everything else is handed plain values. */

import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { HitError, messageOf } from './errors.ts';
import { suggestion } from './schema/suggestion.ts';
import type { Setting, Settings, Values } from './settings/setting.ts';

/** Settings that are read by every command before its own. */
const EVERYWHERE = { help: { type: 'boolean', short: 'h' } } as const;

export interface CommandLine<Specs extends Settings> {
  readonly values: Values<Specs>;
  readonly positionals: readonly string[];
  readonly help: boolean;
}

/**
 * Reads a command's settings: flags first, then the environment, which may name files of secrets, then defaults.
 *
 * @param args what follows the command's name
 * @throws HitError `bad_usage` for an unknown flag, `bad_setting` for a bad value or an unreadable file
 */
export function readSettings<Specs extends Settings>(
  specs: Specs,
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): CommandLine<Specs> {
  const { values: flags, positionals } = parseFlags(specs, args);
  if (flags.help === true) return { values: {} as Values<Specs>, positionals, help: true };
  const entries = Object.entries(specs).map(([name, spec]) => {
    const given = givenFlag(name, flags[name]) ?? givenVariable(name, spec, environment);
    const { text, origin } = given ?? { text: spec.fallback, origin: `--${name}` };
    return [name, text === undefined ? undefined : spec.read(text, origin)] as const;
  });
  return { values: Object.fromEntries(entries) as Values<Specs>, positionals, help: false };
}

function parseFlags(specs: Settings, args: readonly string[]) {
  const options = Object.fromEntries(
    Object.entries(specs).map(([name, { value, separator }]) => [
      name,
      { type: value === '' ? 'boolean' : 'string', multiple: separator !== undefined } as const,
    ]),
  );
  try {
    const parsed = parseArgs({
      args: [...args],
      options: { ...options, ...EVERYWHERE },
      allowPositionals: true,
    });
    const values = Object.entries(parsed.values).map(([name, flag]) => [
      name,
      Array.isArray(flag) ? flag.join(specs[name]?.separator) : flag,
    ]);
    return {
      values: Object.fromEntries(values) as Record<string, string | boolean | undefined>,
      positionals: parsed.positionals,
    };
  } catch (error) {
    const [message = ''] = messageOf(error).split('. ');
    const [, flag = ''] = /^Unknown option '--([^']*)'/.exec(message) ?? [];
    const known = Object.keys({ ...options, ...EVERYWHERE });
    throw new HitError('bad_usage', `${message}${suggestion(flag, known)}; --help lists the flags`, {
      cause: error,
    });
  }
}

/** The text of a setting, and how it was given. */
interface Given {
  readonly text: string;
  readonly origin: string;
}

function givenFlag(name: string, flag: string | boolean | undefined): Given | undefined {
  return flag === undefined ? undefined : { text: String(flag), origin: `--${name}` };
}

/**
 * The text of a setting in the environment, or in the file that the environment names.
 *
 * @throws HitError `bad_setting` if both are set, the file cannot be read, or the setting is not a secret
 */
function givenVariable(
  name: string,
  { isSecret }: Setting<unknown>,
  environment: Readonly<Record<string, string | undefined>>,
): Given | undefined {
  const [variable, fileVariable] = [environmentName(name), fileVariableName(name)];
  const [text, path] = [environment[variable], environment[fileVariable]];
  if (path === undefined) return text === undefined ? undefined : { text, origin: variable };
  const refuse = (why: string, cause?: unknown) =>
    new HitError('bad_setting', `${fileVariable}: ${why}`, { cause });
  if (!isSecret) throw refuse(`only secrets are read from files; set ${variable}`);
  if (text !== undefined) throw refuse(`${variable} is set too; unset one of them`);
  try {
    // Editors and `echo` end a file with a line break.
    return { text: readFileSync(path, 'utf8').replace(/\r?\n$/, ''), origin: fileVariable };
  } catch (error) {
    throw refuse(`the file cannot be read: ${messageOf(error)}`, error);
  }
}

/** `HIT_STORE_FILE` of `store`: the variable that names the file of a secret. */
export function fileVariableName(name: string): string {
  return `${environmentName(name)}_FILE`;
}

/** `HIT_DATA_DIR` of `data-dir`. */
export function environmentName(name: string): string {
  return `HIT_${name.replaceAll('-', '_').toUpperCase()}`;
}
