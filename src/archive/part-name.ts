/**
 * Names of the files of an archive. A part holds hits of one site and UTC day, and has two files:
 *
 *     example.com/2026-01-31.9f86d081884c7d65.parquet   the hits
 *     example.com/2026-01-31.9f86d081884c7d65.json      its manifest
 *
 * The last piece is the checksum of its rows. So late hits of an archived day become another part; a part that is written
 * again after an interruption has the same name; and parts that are written concurrently do not conflict.
 */

import { createHash } from 'node:crypto';

const PART_FILE = /^([a-z0-9_.~-]{1,255})\/(\d{4}-\d\d-\d\d)\.([0-9a-f]{16})\.(json|parquet)$/;
/** Maximum characters of a folder's name. Most file systems allow 255 bytes. */
const LONGEST_FOLDER = 255;

export interface PartFile {
  /** The part: `folder/day.checksum`. */
  readonly part: string;
  readonly folder: string;
  /** `2026-01-31` */
  readonly day: string;
  readonly type: 'json' | 'parquet';
}

/** @param checksum a decimal number of 64 bits */
export function partName(site: string, day: string, checksum: string): string {
  return `${siteFolder(site)}/${day}.${BigInt(checksum).toString(16).padStart(16, '0')}`;
}

/** @returns undefined for a file that does not belong to an archive */
export function parsePartFile(path: string): PartFile | undefined {
  const match = PART_FILE.exec(path);
  if (!match) return undefined;
  const [, folder = '', day = '', , type] = match;
  return { part: path.slice(0, path.lastIndexOf('.')), folder, day, type: type as PartFile['type'] };
}

/**
 * The folder of a site. Each site has its own folder, even if the file system ignores case, and none is outside the
 * archive: a byte that does not occur in host names becomes `~` and its hexadecimal value.
 */
export function siteFolder(site: string): string {
  const folder = [...Buffer.from(site)].map(safe).join('') || '~';
  if (folder.length <= LONGEST_FOLDER) return folder;
  return `~~${createHash('sha256').update(site).digest('hex')}`;
}

function safe(byte: number, index: number, bytes: readonly number[]): string {
  const character = String.fromCharCode(byte);
  const isInside = index > 0 && index < bytes.length - 1;
  if (/[a-z0-9_-]/.test(character) || (character === '.' && isInside)) return character;
  return `~${byte.toString(16).padStart(2, '0')}`;
}
