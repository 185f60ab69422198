/** Which commit groups of a file are whole: those with a matching seal (see `row.ts`). */

import { crc32 } from 'node:zlib';
import { rowEnd, sealBytes } from './row-layout.ts';

/** Number of leading bytes of a segment that hold whole, intact groups, and the number of their rows. */
export function intactLength(bytes: Buffer, layout: number): { length: number; rows: number } {
  let groupStart = 0;
  let at = 0;
  let rows = 0;
  let groupRows = 0;
  while (at < bytes.length) {
    const end = rowEnd(bytes, at, layout);
    if (end < 0) break;
    if (bytes[at] === 0) {
      // Groups without rows are never written, but zeros left in a file by a power cut look like one.
      if (groupRows === 0 || end - at !== sealBytes(layout) || !isSealed(bytes, groupStart, at, end)) break;
      rows += groupRows;
      groupStart = end;
      groupRows = 0;
    } else {
      groupRows++;
    }
    at = end;
  }
  return { length: groupStart, rows };
}

/** Whether the seal between `at` and `end` matches the group before it exactly. */
function isSealed(bytes: Buffer, groupStart: number, at: number, end: number): boolean {
  const size = bytes.readUInt32LE(at + 1) + bytes.readUInt32LE(at + 5) * 0x1_0000_0000;
  const sum = bytes.readUInt32LE(at + 9);
  return (
    size === at - groupStart &&
    sum === crc32(bytes.subarray(groupStart, at)) &&
    bytes.subarray(at + 13, end).every((byte) => byte === 0)
  );
}
