/**
 * A hit as a record of a Kafka topic: its key is the visitor, its value is JSON, version 1. docs/stream.md describes it for
 * other readers; empty fields are omitted.
 *
 * Every record contains its batch and its position in the batch. A batch is the part of one spool segment that goes to one
 * partition: `at` counts from 0 to `of` - 1, in the partition's order. A node publishes a batch until all of it is
 * acknowledged, and only then the next, whose id is larger. So a batch may arrive several times, in whole or in part, and
 * a reader that takes each `at` once, in order, gets each hit exactly once.
 */
import { HitError } from '../errors.ts';
import { hex64 } from '../hit/hash.ts';
import type { Hit } from '../hit/hit.ts';
import { siteName } from '../hit/site-name.ts';
import { cleaned, cleanedJson } from '../hit/text.ts';
import { END_OF_DATETIME64, readExplicitTime } from '../hit/time.ts';
import { readValue } from '../hit/worth.ts';
import { ROW_COLUMNS } from '../rows/row-layout.ts';

/** A parsed record. */
export interface HitRecord {
  readonly hit: Hit;
  /** Identity of the segment, unsigned 64 bits: see `spool/segment.ts`. */
  readonly batch: bigint;
  /** Position among the batch's hits in this partition. */
  readonly at: number;
  /** Number of these hits. */
  readonly of: number;
}

const VERSION = 1;
/** More hits than any segment has. */
const MAX_BATCH_RECORDS = 2 ** 30;
/** Maximum characters of any field. */
const LONGEST = 16_384;

type TextName = { [Member in keyof Hit]: Hit[Member] extends string ? Member : never }[keyof Hit];

/** Milliseconds: the largest number that the store takes. */
const MOST_ENGAGED = 2 ** 32 - 1;
const UNKNOWN_SCROLL = -1;
/** Size and duration of a response. */
const UNKNOWN_RESPONSE = -1;
/** Microseconds: the largest number that the store takes. */
const MOST_RESPONSE_TIME = 2 ** 31 - 1;

/** Texts of a hit by field. Fields are named like columns, as in an export. The site is always present. */
const TEXTS = Object.entries(ROW_COLUMNS)
  .filter(([, type]) => type === 'String')
  .map(([column]) => [column, memberOf(column)] as const);

/** `browser_version` → `browserVersion`. */
function memberOf(column: string): TextName {
  return column.replaceAll(/_[a-z]/g, (letter) => letter.slice(1).toUpperCase()) as TextName;
}

/** The key of a hit's record: 16 hexadecimal digits. */
export function keyOf(hit: Hit): string {
  return hex64(hit.visitorHigh, hit.visitorLow);
}

/** The partition of a hit: the same for all hits of a visitor. */
export function partitionOf(hit: Hit, partitions: number): number {
  return hit.visitorLow % partitions;
}

/**
 * The value of a hit's record.
 *
 * @example
 * writeRecord(hit, { batch: '7421…', at: 0, of: 57 });
 * // {"v":1,"batch":"7421…","at":0,"of":57,"time":"2026-11-24T12:00:00.000Z","visitor":"00c0ffee00c0ffee","site":"example.com",…}
 */
export function writeRecord(
  hit: Hit,
  { batch, at, of }: { readonly batch: string; readonly at: number; readonly of: number },
): string {
  const time = new Date(hit.time).toISOString();
  let text = `{"v":${VERSION},"batch":"${batch}","at":${at},"of":${of},"time":"${time}","visitor":"${keyOf(hit)}"`;
  for (const [name, member] of TEXTS) {
    const value = hit[member];
    if (value !== '') text += `,"${name}":${JSON.stringify(value)}`;
  }
  if (hit.status !== 0) text += `,"status":${hit.status}`;
  if (!hit.interactive) text += ',"interactive":false';
  if (hit.engaged !== 0) text += `,"engaged":${hit.engaged}`;
  if (hit.scroll !== UNKNOWN_SCROLL) text += `,"scroll":${hit.scroll}`;
  if (hit.bytes !== UNKNOWN_RESPONSE) text += `,"bytes":${hit.bytes}`;
  if (hit.responseTime !== UNKNOWN_RESPONSE) text += `,"response_time":${hit.responseTime}`;
  return `${text}}`;
}

/**
 * Parses the value of a record. Unknown fields are ignored, so a later version can add some. The caller, who has a clock,
 * must check the time: see `hit/time.ts`.
 *
 * @throws HitError `invalid`, which says what is wrong without quoting the record
 */
export function readRecord(text: string): HitRecord {
  const fields = objectOf(text);
  if (fields.v !== VERSION) throw invalid(`it does not have version ${VERSION}`);
  const of = integerOf(fields, 'of', 1, MAX_BATCH_RECORDS);
  const { batch, visitor } = fields;
  if (typeof batch !== 'string' || !/^\d{1,20}$/.test(batch) || BigInt(batch) >= 2n ** 64n) {
    throw invalid('"batch" is not a 64-bit number in a string');
  }
  if (typeof visitor !== 'string' || !/^[0-9a-f]{16}$/.test(visitor)) {
    throw invalid('"visitor" is not 16 hexadecimal digits');
  }
  const texts = Object.fromEntries(TEXTS.map(([name, member]) => [member, textOf(fields, name)]));
  const hit = {
    ...(texts as Pick<Hit, TextName>),
    time: timeOf(fields),
    visitorHigh: Number.parseInt(visitor.slice(0, 8), 16),
    visitorLow: Number.parseInt(visitor.slice(8), 16),
    status: fields.status === undefined ? 0 : integerOf(fields, 'status', 0, 65_535),
    interactive: fields.interactive !== false,
    engaged: fields.engaged === undefined ? 0 : integerOf(fields, 'engaged', 0, MOST_ENGAGED),
    scroll: fields.scroll === undefined ? UNKNOWN_SCROLL : integerOf(fields, 'scroll', 0, 100),
    bytes:
      fields.bytes === undefined ? UNKNOWN_RESPONSE : integerOf(fields, 'bytes', 0, Number.MAX_SAFE_INTEGER),
    responseTime:
      fields.response_time === undefined
        ? UNKNOWN_RESPONSE
        : integerOf(fields, 'response_time', 0, MOST_RESPONSE_TIME),
  };
  if (readValue(hit.value) === undefined) throw invalid('"value" is not a decimal number such as 19.90');
  if (hit.site === '' || siteName(hit.site) !== hit.site) throw invalid('"site" is not a host name');
  return { hit, batch: BigInt(batch), at: integerOf(fields, 'at', 0, of - 1), of };
}

type Fields = Readonly<Record<string, unknown>>;

function objectOf(text: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw invalid('it is not JSON', error);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid('it is not a JSON object');
  return value as Fields;
}

function textOf(fields: Fields, name: string): string {
  const value = fields[name] ?? '';
  if (typeof value !== 'string') throw invalid(`"${name}" is not a string`);
  if (value.length > LONGEST) throw invalid(`"${name}" is longer than ${LONGEST} characters`);
  return name === 'props' ? cleanedJson(cleaned(value)) : cleaned(value);
}

function integerOf(fields: Fields, name: string, least: number, most: number): number {
  const value = fields[name];
  if (!Number.isInteger(value) || (value as number) < least || (value as number) > most) {
    throw invalid(`"${name}" is not a whole number from ${least} to ${most}`);
  }
  return value as number;
}

function timeOf({ time }: Fields): number {
  const milliseconds = typeof time === 'string' && /T.*Z$/.test(time) ? readExplicitTime(time) : undefined;
  if (milliseconds === undefined || !(milliseconds >= 0 && milliseconds < END_OF_DATETIME64))
    throw invalid('"time" is not an existing time such as 2026-11-24T12:00:00.000Z');
  return milliseconds;
}

function invalid(what: string, cause?: unknown): HitError {
  return new HitError('invalid', `this is not a Hit Tracker record: ${what}`, { cause });
}
