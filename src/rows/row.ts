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
import { ROW_LAYOUT, sealBytes } from './row-layout.ts';

const FIRST_CAPACITY = 64 * 1024;
/** Fixed part of a row, and 5 bytes of length for each of its 28 strings. */
const ROW_OVERHEAD = 24 + 28 * 5;
/** '' + time + visitor: what a seal says. All other bytes of it are 0. */
const SEAL_HEAD = 1 + 8 + 8;
const SEAL_REST = sealBytes(ROW_LAYOUT) - SEAL_HEAD;
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
    this.#reserve(ROW_OVERHEAD + UTF8_WORST * textLength(hit));
    this.#string(hit.site);
    this.#time(hit.time);
    this.#visitor(hit.visitorHigh, hit.visitorLow);
    this.#string(hit.bot);
    this.#string(hit.path);
    this.#string(hit.name);
    this.#string(hit.source);
    this.#string(hit.referrer);
    this.#string(hit.utmSource);
    this.#string(hit.utmMedium);
    this.#string(hit.utmCampaign);
    this.#string(hit.country);
    this.#string(hit.browser);
    this.#string(hit.os);
    this.#string(hit.device);
    this.#string(hit.language);
    this.#view.setUint16(this.#length, hit.status, true);
    this.#length += 2;
    this.#string(hit.method);
    this.#string(hit.title);
    this.#string(hit.props);
    this.#string(hit.hostname);
    this.#string(hit.utmTerm);
    this.#string(hit.utmContent);
    this.#string(hit.clickId);
    this.#string(hit.region);
    this.#string(hit.city);
    this.#string(hit.browserVersion);
    this.#string(hit.osVersion);
    this.#string(hit.screen);
    this.#string(hit.value);
    this.#string(hit.currency);
    this.#buffer[this.#length++] = hit.interactive ? 1 : 0;
    this.#uint32(hit.engaged);
    this.#buffer[this.#length++] = hit.scroll;
  }

  /** Appends rows of another writer, without seals. */
  append(rows: Uint8Array): void {
    this.#reserve(rows.length);
    this.#buffer.set(rows, this.#length);
    this.#length += rows.length;
  }

  /** Returns what was written, without a seal, and resets the writer. Valid until the next write. */
  take(): Buffer {
    const rows = this.#buffer.subarray(0, this.#length);
    this.#length = 0;
    return rows;
  }

  /** Ends the group with its seal. Another group may follow. */
  endGroup(): void {
    const bytes = this.groupLength;
    const sum = crc32(this.#buffer.subarray(this.#groupStart, this.#length));
    this.#reserve(ROW_OVERHEAD);
    this.#string('');
    this.#time(bytes);
    this.#visitor(0, sum);
    this.#buffer.fill(0, this.#length, this.#length + SEAL_REST);
    this.#length += SEAL_REST;
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

  #time(value: number): void {
    const low = value >>> 0;
    this.#uint32(low);
    this.#uint32((value - low) / 0x1_0000_0000);
  }

  #visitor(high: number, low: number): void {
    this.#uint32(low);
    this.#uint32(high);
  }

  #uint32(value: number): void {
    this.#view.setUint32(this.#length, value, true);
    this.#length += 4;
  }

  #string(text: string): void {
    const buffer = this.#buffer;
    const start = this.#length;
    const { length } = text;
    if (length <= SHORT) {
      let at = start + 1;
      for (let i = 0; i < length; i++) {
        const code = text.charCodeAt(i);
        if (code > 127) {
          this.#longString(text);
          return;
        }
        buffer[at++] = code;
      }
      buffer[start] = length;
      this.#length = at;
      return;
    }
    // Most strings are ASCII and shorter than 128 bytes, so their length takes one byte.
    const bytes = length < 128 ? buffer.write(text, start + 1, 'utf8') : 128;
    if (bytes < 128) {
      buffer[start] = bytes;
      this.#length = start + 1 + bytes;
    } else {
      this.#longString(text);
    }
  }

  #longString(text: string): void {
    const bytes = Buffer.byteLength(text);
    let rest = bytes;
    while (rest > 127) {
      this.#buffer[this.#length++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    this.#buffer[this.#length++] = rest;
    this.#length += this.#buffer.write(text, this.#length, 'utf8');
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

function textLength(hit: Hit): number {
  return (
    hit.site.length +
    hit.bot.length +
    hit.path.length +
    hit.name.length +
    hit.source.length +
    hit.referrer.length +
    hit.utmSource.length +
    hit.utmMedium.length +
    hit.utmCampaign.length +
    hit.country.length +
    hit.browser.length +
    hit.os.length +
    hit.device.length +
    hit.language.length +
    hit.method.length +
    hit.title.length +
    hit.props.length +
    hit.hostname.length +
    hit.utmTerm.length +
    hit.utmContent.length +
    hit.clickId.length +
    hit.region.length +
    hit.city.length +
    hit.browserVersion.length +
    hit.osVersion.length +
    hit.screen.length +
    hit.value.length +
    hit.currency.length
  );
}
