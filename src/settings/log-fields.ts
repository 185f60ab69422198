import { HitError } from '../errors.ts';
import { printable } from '../schema/printable.ts';
import { suggestion } from '../schema/suggestion.ts';
import { bad, readList } from './setting.ts';

/** What can be read from a field of a JSON line: its name in `--fields`, and an example of a value. */
export const LOG_FIELDS = [
  'client',
  'time',
  'host',
  'request',
  'method',
  'path',
  'query',
  'status',
  'bytes',
  'response_time',
  'referrer',
  'user_agent',
] as const;
export type LogField = (typeof LOG_FIELDS)[number];

/** The names of fields of JSON lines that the user states, the first of a field before later ones. */
export type LogFields = Readonly<Partial<Record<LogField, readonly string[]>>>;

const EXAMPLE = 'client=src_ip,time=meta.when';

/**
 * @param text `client=src_ip,time=meta.when`
 * @param flag or parameter, for errors
 * @throws HitError `bad_setting` for an unknown field, with a suggestion
 */
export function readLogFields(text: string, flag: string): LogFields {
  const fields: Partial<Record<LogField, string[]>> = {};
  for (const item of readList(text, flag, EXAMPLE)) {
    const [, field = '', name = ''] = /^([^=]*?) *= *(.+)$/.exec(item) ?? [];
    if (field === '' || name === '') throw bad(flag, item, `a pair such as ${EXAMPLE.split(',')[0]}`);
    if (!isLogField(field)) throw unknownField(flag, field, name);
    fields[field] = [...(fields[field] ?? []), name];
  }
  return fields;
}

/** Units of durations. */
export type TimeUnit = 's' | 'ms' | 'us' | 'ns';

/** A name and the unit behind it, if it has one: `took:ms`. */
export function splitUnit(text: string): { readonly name: string; readonly unit?: TimeUnit } {
  const [, name, unit] = /^(.+):(s|ms|us|ns)$/.exec(text) ?? [];
  return name === undefined ? { name: text } : { name, unit: unit as TimeUnit };
}

/** The text that reads as these fields. */
export function logFieldsText(fields: LogFields): string {
  return Object.entries(fields)
    .flatMap(([field, names]) => names.map((name) => `${field}=${name}`))
    .join();
}

function isLogField(text: string): text is LogField {
  return (LOG_FIELDS as readonly string[]).includes(text);
}

function unknownField(flag: string, field: string, name: string): HitError {
  const advice = isLogField(name)
    ? `write ${name}=${printable(field)}`
    : `use ${LOG_FIELDS.join(', ')}${suggestion(field, LOG_FIELDS)}`;
  return new HitError('bad_setting', `${flag}: "${printable(field)}" is not a field of a hit: ${advice}`);
}
