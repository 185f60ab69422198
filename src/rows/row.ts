/**
 * A hit as bytes: one row of ClickHouse's RowBinary format.
 *
 * The spool stores rows exactly as the database reads them, so delivery copies and parses nothing in JavaScript: the
 * engine reads the file. All texts are plain strings here and become dictionaries in the INSERT; parsing them directly
 * into LowCardinality columns is five times slower.
 *
 * Rows are written in commit groups. A group ends with a seal, its commit record: a row whose site is '' (no hit has
 * that), whose visitor holds the CRC-32 of the group's bytes and whose time holds their number. Database readers skip it.
 * Recovery after a crash keeps only groups with a matching seal, so torn bytes never become hits. For corruption in the
 * middle of a file see `row-groups.ts`.
 *
 * Strings are a LEB128 length and UTF-8 bytes; numbers are little-endian.
 */

import { crc32 } from 'node:zlib';
import type { Hit } from '../hit/hit.ts';
import { mostBytesBesideTexts, ROW_LAYOUT, sealBytes } from './row-layout.ts';

const FIRST_CAPACITY = 64 * 1024;
const ROW_OVERHEAD = mostBytesBesideTexts(ROW_LAYOUT);
const SEAL_BYTES = sealBytes(ROW_LAYOUT);
const UTF8_WORST = 3;
/** Up to this many characters, a loop is faster than a native call. */
const SHORT = 16;

/**
 * Writes rows one after another into a growing buffer.
 *
 * @example
 * const writer = new RowWriter();
 * writer.write(hit);
 * const bytes = writer.seal(); // valid until the next write; the writer starts anew
 */
export class RowWriter {
  #buffer = Buffer.allocUnsafeSlow(FIRST_CAPACITY);
  #view = new DataView(this.#buffer.buffer);
  #length = 0;
  #groupStart = 0;

  /** Bytes written since the last reset. */
  get length(): number {
    return this.#length;
  }

  /** Bytes of the current group. */
  get groupLength(): number {
    return this.#length - this.#groupStart;
  }

  write(hit: Hit): void {
    // Most of these are empty, and in groups: one test for a group costs less than one for each.
    const campaign = hit.utmSource.length + hit.utmMedium.length + hit.utmCampaign.length;
    const details = hit.method.length + hit.title.length + hit.props.length;
    const more = hit.utmTerm.length + hit.utmContent.length + hit.clickId.length;
    const place = hit.region.length + hit.city.length;
    const worth = hit.value.length + hit.currency.length;
    const {
      site,
      bot,
      path,
      name,
      source,
      referrer,
      country,
      browser,
      os,
      device,
      language,
      hostname,
      browserVersion,
      osVersion,
      screen,
    } = hit;
    const usual =
      site.length +
      bot.length +
      path.length +
      name.length +
      source.length +
      referrer.length +
      country.length +
      browser.length +
      os.length +
      device.length +
      language.length +
      hostname.length +
      browserVersion.length +
      osVersion.length +
      screen.length;
    const rest = usual + campaign + details + more + place + worth;
    this.#reserve(ROW_OVERHEAD + UTF8_WORST * rest);
    const buffer = this.#buffer;
    const view = this.#view;
    let at = putText(buffer, this.#length, site);
    putTime(view, at, hit.time);
    view.setUint32(at + 8, hit.visitorLow, true);
    view.setUint32(at + 12, hit.visitorHigh, true);
    at = putText(buffer, at + 16, bot);
    at = putText(buffer, at, path);
    at = putText(buffer, at, name);
    at = putText(buffer, at, source);
    at = putText(buffer, at, referrer);
    if (campaign === 0) at = putNothing(buffer, at, 3);
    else {
      at = putText(buffer, at, hit.utmSource);
      at = putText(buffer, at, hit.utmMedium);
      at = putText(buffer, at, hit.utmCampaign);
    }
    at = putText(buffer, at, country);
    at = putText(buffer, at, browser);
    at = putText(buffer, at, os);
    at = putText(buffer, at, device);
    at = putText(buffer, at, language);
    view.setUint16(at, hit.status, true);
    at += 2;
    if (details === 0) at = putNothing(buffer, at, 3);
    else {
      at = putText(buffer, at, hit.method);
      at = putText(buffer, at, hit.title);
      at = putText(buffer, at, hit.props);
    }
    at = putText(buffer, at, hostname);
    if (more === 0) at = putNothing(buffer, at, 3);
    else {
      at = putText(buffer, at, hit.utmTerm);
      at = putText(buffer, at, hit.utmContent);
      at = putText(buffer, at, hit.clickId);
    }
    if (place === 0) at = putNothing(buffer, at, 2);
    else {
      at = putText(buffer, at, hit.region);
      at = putText(buffer, at, hit.city);
    }
    at = putText(buffer, at, browserVersion);
    at = putText(buffer, at, osVersion);
    at = putText(buffer, at, screen);
    if (worth === 0) at = putNothing(buffer, at, 2);
    else {
      at = putText(buffer, at, hit.value);
      at = putText(buffer, at, hit.currency);
    }
    buffer[at] = hit.interactive ? 1 : 0;
    view.setUint32(at + 1, hit.engaged, true);
    buffer[at + 5] = hit.scroll;
    at += 6;
    if (hit.bytes >= 0) putTime(view, at, hit.bytes);
    else {
      view.setInt32(at, -1, true);
      view.setInt32(at + 4, -1, true);
    }
    view.setInt32(at + 8, hit.responseTime, true);
    this.#length = at + 12;
  }

  /** Appends rows of another writer, without seals. */
  append(rows: Uint8Array): void {
    this.#reserve(rows.length);
    this.#buffer.set(rows, this.#length);
    this.#length += rows.length;
  }

  /** Returns what was written, without a seal, and resets the writer. Valid until the next write. */
  finish(): Buffer {
    const rows = this.#buffer.subarray(0, this.#length);
    this.#length = 0;
    return rows;
  }

  /** Ends the group with its seal. Another group may follow. */
  endGroup(): void {
    const bytes = this.groupLength;
    const sum = crc32(this.#buffer.subarray(this.#groupStart, this.#length));
    this.#reserve(ROW_OVERHEAD);
    const at = this.#length;
    this.#buffer.fill(0, at, at + SEAL_BYTES);
    putTime(this.#view, at + 1, bytes);
    this.#view.setUint32(at + 9, sum, true);
    this.#length = at + SEAL_BYTES;
    this.#groupStart = this.#length;
  }

  /** Ends the group, resets the writer, and returns all groups: a view that the next write overwrites. */
  seal(): Buffer {
    if (this.groupLength > 0 || this.#length === 0) this.endGroup();
    const groups = this.#buffer.subarray(0, this.#length);
    this.#length = 0;
    this.#groupStart = 0;
    return groups;
  }

  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#buffer.length * 2));
    this.#buffer.copy(larger, 0, 0, this.#length);
    this.#buffer = larger;
    this.#view = new DataView(larger.buffer);
  }
}

/** @param time as 8 bytes; not negative */
function putTime(view: DataView, at: number, time: number): void {
  const low = time >>> 0;
  view.setUint32(at, low, true);
  view.setUint32(at + 4, (time - low) / 0x1_0000_0000, true);
}

/** @returns the index after the text */
function putText(buffer: Buffer, start: number, text: string): number {
  const { length } = text;
  if (length <= SHORT) {
    let at = start + 1;
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code > 127) return putLongText(buffer, start, text);
      buffer[at++] = code;
    }
    buffer[start] = length;
    return at;
  }
  // Most strings are ASCII and shorter than 128 bytes, so their length takes one byte.
  const bytes = length < 128 ? buffer.write(text, start + 1, 'utf8') : 128;
  if (bytes > 127) return putLongText(buffer, start, text);
  buffer[start] = bytes;
  return start + 1 + bytes;
}

function putLongText(buffer: Buffer, start: number, text: string): number {
  let at = start;
  let rest = Buffer.byteLength(text);
  while (rest > 127) {
    buffer[at++] = (rest & 127) | 128;
    rest >>>= 7;
  }
  buffer[at++] = rest;
  return at + buffer.write(text, at, 'utf8');
}

/** Empty texts. @returns the index after them */
function putNothing(buffer: Buffer, start: number, texts: number): number {
  let at = start;
  for (let i = 0; i < texts; i++) buffer[at++] = 0;
  return at;
}
