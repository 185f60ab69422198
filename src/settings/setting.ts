/** What a setting is, and how the texts of flags and environment variables become values. */

import { HitError } from '../errors.ts';
import { suggestion } from '../schema/suggestion.ts';

/** One setting. Its flag is its name; in the environment it is `HIT_` and the name in upper snake case. */
export interface Setting<Value> {
  readonly help: string;
  /** Placeholder of the value in `--help`; '' for a switch. */
  readonly value: string;
  /** Text of the default; undefined if there is none. */
  readonly fallback: string | undefined;
  /** Reads the value, or throws HitError `bad_setting`. */
  readonly read: (text: string, flag: string) => Value;
  /** Set if the flag is repeatable: separates its values in one text. */
  readonly separator?: string;
  /** Set if the value is a secret, or an address that may contain a password: a file may have it. */
  readonly isSecret?: true;
}

export type Settings = Readonly<Record<string, Setting<unknown>>>;
export type Values<Specs extends Settings> = {
  readonly [Name in keyof Specs]: Specs[Name] extends Setting<infer Value> ? Value | undefined : never;
};

export const TRACKERS = ['simple', 'rate', 'db', 'stream'] as const;
export type TrackerName = (typeof TRACKERS)[number];

export function setting<Value>(
  help: string,
  value: string,
  fallback: string | undefined,
  read: (text: string, flag: string) => Value,
): Setting<Value> {
  return { help, value, fallback, read };
}

/** A setting whose value is a secret, or an address that may contain a password. */
export function secretSetting<Value>(...args: Parameters<typeof setting<Value>>): Setting<Value> {
  return { ...setting(...args), isSecret: true };
}

/** A setting that is given several times, or once with `;` between its texts, as in the environment. */
export function severalSetting(help: string, value: string): Setting<readonly string[]> {
  return { ...setting(help, value, undefined, readSeveral), separator: ';' };
}

export function bad(flag: string, text: string, wanted: string): HitError {
  return new HitError('bad_setting', `${flag}: "${text}" is not ${wanted}`);
}

export function readNumber(least: number, most: number) {
  return (text: string, flag: string): number => {
    const number = Number(text);
    if (!/^\d+$/.test(text) || number < least || number > most) {
      throw bad(
        flag,
        text,
        least === most
          ? `${least}, the only value that this version supports`
          : `a whole number from ${least} to ${most}`,
      );
    }
    return number;
  };
}

export function readOneOf<Choice extends string>(choices: readonly Choice[]) {
  return (text: string, flag: string): Choice => {
    const choice = choices.find((name) => name === text);
    if (choice === undefined)
      throw bad(flag, text, `one of ${choices.join(', ')}${suggestion(text, choices)}`);
    return choice;
  };
}

/** Choices as help: `csv, ndjson or parquet`. */
export function choicesText(choices: readonly string[]): string {
  return new Intl.ListFormat('en-GB', { type: 'disjunction' }).format(choices);
}

/** Any text except an empty one, which an unset shell variable gives. */
export function readText(text: string, flag: string): string {
  if (text === '') throw new HitError('bad_setting', `${flag}: a value is missing`);
  return text;
}

export function readList(text: string, flag: string, example = 'a.com,b.com'): string[] {
  const items = text.split(',').map((item) => item.trim());
  if (items.some((item) => item === '')) throw bad(flag, text, `a list such as ${example}`);
  return items;
}

function readSeveral(text: string, flag: string): string[] {
  const items = text
    .split(';')
    .map((item) => item.trim())
    .filter((item) => item !== '');
  if (items.length === 0) throw new HitError('bad_setting', `${flag}: a value is missing`);
  return items;
}

export function readTrackers(text: string, flag: string): TrackerName[] {
  const names = readList(text, flag, TRACKERS.join(','));
  return [...new Set(names)].map((name) => readOneOf(TRACKERS)(name, flag));
}

/** `embedded`, or the address of a ClickHouse server: see `clickhouse/address.ts`. */
export function readStore(text: string, flag: string): string {
  if (text === 'embedded') return text;
  const isServer = /^clickhouses?:\/\//.test(text) && URL.canParse(text.replace(/^clickhouse/, 'http'));
  // A password is not for the terminal and the log.
  const shown = text.replace(/\/\/.*@/s, '//…@');
  if (!isServer) throw bad(flag, shown, 'embedded or clickhouse://user:password@host:8123/database');
  const { searchParams } = new URL(text.replace(/^clickhouse/, 'http'));
  const names = [...searchParams.keys()];
  const cluster = searchParams.get('cluster');
  if (names.length > 1 || names.some((name) => name !== 'cluster' && name !== 'cloud')) {
    throw bad(flag, shown, 'an address, optionally with ?cluster=name or ?cloud');
  }
  if (cluster !== null && !/^\w[\w.-]{0,99}$/.test(cluster))
    throw bad(flag, shown, 'one with a valid cluster name');
  return text;
}

const UNITS = { '': 1, KB: 1e3, MB: 1e6, GB: 1e9, KIB: 2 ** 10, MIB: 2 ** 20, GIB: 2 ** 30 } as const;

/** Bytes: `1GiB`, `500MB`, `1048576`. */
export function readSize(text: string, flag: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(|[KMG]i?B)$/i.exec(text);
  const bytes = Number(match?.[1]) * UNITS[(match?.[2]?.toUpperCase() ?? '') as keyof typeof UNITS];
  if (!match || bytes < 2 ** 20) throw bad(flag, text, 'a size of 1MiB or more, such as 1GiB');
  return Math.floor(bytes);
}

/** Days: `400d`, `13w`, `2y`; `forever` is Infinity. */
export function readAge(text: string, flag: string): number {
  if (text === 'forever') return Number.POSITIVE_INFINITY;
  const match = /^(\d+)([dwy])$/.exec(text);
  if (!match || Number(match[1]) === 0) throw bad(flag, text, 'an age such as 400d, 13w, 2y or forever');
  return Number(match[1]) * { d: 1, w: 7, y: 365 }[match[2] as 'd' | 'w' | 'y'];
}

/** A share between 0 and 1: `5%`. */
export function readShare(text: string, flag: string): number {
  const match = /^(\d{1,3}(?:\.\d+)?) ?%$/.exec(text);
  if (!match || Number(match[1]) > 100) throw bad(flag, text, 'a percentage such as 5%');
  return Number(match[1]) / 100;
}

export function readToken(text: string, flag: string): string {
  if (!/^[\x21-\x7e]{16,200}$/.test(text)) {
    throw new HitError('bad_setting', `${flag}: a token has 16 to 200 visible ASCII characters`);
  }
  return text;
}

export function readSwitch(text: string, flag: string): boolean {
  if (text === 'true' || text === '1') return true;
  if (text === 'false' || text === '0' || text === '') return false;
  throw bad(flag, text, 'true or false');
}
