/** Descriptions of the parts of an archive. A part belongs to the archive once its manifest exists, not before. */

import type { Watermarks } from '../clickhouse/watermarks.ts';
import { HitError, messageOf } from '../errors.ts';
import { ARCHIVE_FORMAT, type ArchiveFormat } from './hit-columns.ts';
import { partName } from './part-name.ts';

/** Sums over rows, which do not depend on where the rows are stored. */
export interface RowSum {
  readonly rows: number;
  /** Time of the first and the last hit: milliseconds since 1970 UTC. */
  readonly first: number;
  readonly last: number;
  /** Sum of a 64-bit hash of each row, as a decimal number: the same in any order. */
  readonly checksum: string;
}

export interface Manifest extends RowSum {
  /** In the file it is called `version`. */
  readonly format: ArchiveFormat;
  readonly site: string;
  /** A UTC day: `2026-01-31`. */
  readonly day: string;
  /** Size of the Parquet file. */
  readonly bytes: number;
  readonly sha256: string;
  /**
   * The batch of each writer up to which this part and those before it have all hits of its site and day. In the file they
   * are called `marks`.
   */
  readonly watermarks: Watermarks;
}

/** A part of an archive. */
export interface Part {
  /** See part-name.ts. */
  readonly name: string;
  readonly manifest: Manifest;
}

export function manifestText({ format, first, last, watermarks, ...plain }: Manifest): string {
  const written = {
    version: format,
    ...plain,
    first: new Date(first).toISOString(),
    last: new Date(last).toISOString(),
    marks: Object.fromEntries(Array.from(watermarks, ([writer, batch]) => [writer, String(batch)])),
  };
  return `${JSON.stringify(written, undefined, 2)}\n`;
}

/**
 * Parses a manifest and validates all of it: it must be the manifest of the part with this name.
 *
 * @throws HitError `archive_failed`
 */
export function parseManifest(name: string, text: string): Manifest {
  let manifest: Manifest;
  try {
    manifest = read(JSON.parse(text));
  } catch (error) {
    throw new HitError('archive_failed', `${name}.json is not a manifest: ${messageOf(error)}`, {
      cause: error,
    });
  }
  if (partName(manifest.site, manifest.day, manifest.checksum) !== name) {
    throw new HitError('archive_failed', `${name}.json is the manifest of another part`);
  }
  return manifest;
}

type Fields = Readonly<Record<string, unknown>>;

function read(value: unknown): Manifest {
  if (typeof value !== 'object' || value === null) throw new Error('it is not an object');
  const fields = value as Fields;
  const version = count(fields, 'version');
  if (version === 0) throw unfit('version');
  if (version > ARCHIVE_FORMAT) {
    throw new Error(
      `it has format ${version}, and this version supports ${ARCHIVE_FORMAT}: install a newer one`,
    );
  }
  return {
    format: version,
    site: matching(fields, 'site', /^.{1,1000}$/s),
    day: matching(fields, 'day', /^\d{4}-\d\d-\d\d$/),
    rows: count(fields, 'rows'),
    first: time(fields, 'first'),
    last: time(fields, 'last'),
    checksum: number64('checksum', fields.checksum),
    bytes: count(fields, 'bytes'),
    sha256: matching(fields, 'sha256', /^[0-9a-f]{64}$/),
    watermarks: watermarks(fields.marks),
  };
}

function count(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) throw unfit(name);
  return value;
}

function matching(fields: Fields, name: string, pattern: RegExp): string {
  const value = fields[name];
  if (typeof value !== 'string' || !pattern.test(value)) throw unfit(name);
  return value;
}

function time(fields: Fields, name: string): number {
  const milliseconds = Date.parse(matching(fields, name, /^.{20,30}$/));
  if (Number.isNaN(milliseconds)) throw unfit(name);
  return milliseconds;
}

function number64(name: string, value: unknown): string {
  if (typeof value !== 'string' || !/^\d{1,20}$/.test(value) || BigInt(value) >= 2n ** 64n) throw unfit(name);
  return value;
}

function watermarks(value: unknown): Watermarks {
  if (typeof value !== 'object' || value === null) throw unfit('marks');
  return new Map(
    Object.entries(value).map(([writer, batch]) => {
      if (!/^\d{1,7}$/.test(writer) || Number(writer) >= 2 ** 22) throw unfit('marks');
      return [Number(writer), BigInt(number64('marks', batch))];
    }),
  );
}

function unfit(name: string): Error {
  return new Error(`its "${name}" is missing or invalid`);
}
