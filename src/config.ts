/** The only reader of the command line and the environment; everything else is handed plain values. */

import { parseArgs } from 'node:util';
import { HitError, messageOf } from './errors.ts';
import { suggestion } from './schema/suggestion.ts';
import type { Settings, Values } from './settings/setting.ts';

/** Settings that are read by every command before its own. */
const EVERYWHERE = { help: { type: 'boolean', short: 'h' } } as const;

export interface CommandLine<Specs extends Settings> {
  readonly values: Values<Specs>;
  readonly positionals: readonly string[];
  readonly help: boolean;
}

/**
 * Reads a command's settings: flags first, then the environment, then defaults.
 *
 * @param args what follows the command's name
 * @throws HitError `bad_usage` for an unknown flag, `bad_setting` for a bad value
 */
export function readSettings<Specs extends Settings>(
  specs: Specs,
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): CommandLine<Specs> {
  const { values: flags, positionals } = parseFlags(specs, args);
  if (flags.help === true) return { values: {} as Values<Specs>, positionals, help: true };
  const entries = Object.entries(specs).map(([name, spec]) => {
    const variable = environmentName(name);
    const flag = flags[name];
    const text = flag === true ? 'true' : (flag ?? environment[variable] ?? spec.fallback);
    const origin = flag === undefined && environment[variable] !== undefined ? variable : `--${name}`;
    return [name, text === undefined ? undefined : spec.read(String(text), origin)] as const;
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

/** `HIT_DATA_DIR` of `data-dir`. */
export function environmentName(name: string): string {
  return `HIT_${name.replaceAll('-', '_').toUpperCase()}`;
}
