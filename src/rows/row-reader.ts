/** Reads rows of the spool (see `row.ts`) back as hits, for sinks that do not take rows. */
import { HitError } from '../errors.ts';
import type { Hit } from '../hit/hit.ts';
import { RowBinaryReader } from './row-binary.ts';
import { ROW_STRUCTURES } from './row-layout.ts';

/**
 * Reads a whole segment, without its seals.
 *
 * @param layout of the segment
 * @throws HitError `data_dir_newer` if this version does not know the layout; RangeError if bytes are missing
 * @example
 * for (const hit of readRows(await readFile(segment.path), segment.layout)) publish(hit);
 */
export function* readRows(bytes: Buffer, layout: number): Generator<Hit, void, undefined> {
  if (!(layout in ROW_STRUCTURES)) {
    throw new HitError('data_dir_newer', `segment layout ${layout} is not supported by this version`);
  }
  const rows = new RowBinaryReader(bytes);
  while (!rows.isAtEnd) {
    const hit = readHit(rows, layout);
    if (hit.site !== '') yield hit;
  }
}

/** Members are read in this order. Those that a layout lacks have the defaults of their columns. */
function readHit(row: RowBinaryReader, layout: number): Hit {
  const has2 = layout >= 2;
  const has3 = layout >= 3;
  return {
    site: row.string(),
    time: row.uint64(),
    visitorLow: row.uint32(),
    visitorHigh: row.uint32(),
    bot: row.string(),
    path: row.string(),
    name: row.string(),
    source: row.string(),
    referrer: row.string(),
    utmSource: row.string(),
    utmMedium: row.string(),
    utmCampaign: row.string(),
    country: row.string(),
    browser: row.string(),
    os: row.string(),
    device: row.string(),
    language: row.string(),
    status: row.uint16(),
    method: row.string(),
    title: row.string(),
    props: row.string(),
    hostname: has2 ? row.string() : '',
    utmTerm: has2 ? row.string() : '',
    utmContent: has2 ? row.string() : '',
    clickId: has2 ? row.string() : '',
    region: has2 ? row.string() : '',
    city: has2 ? row.string() : '',
    browserVersion: has2 ? row.string() : '',
    osVersion: has2 ? row.string() : '',
    screen: has2 ? row.string() : '',
    value: has2 ? row.string() : '',
    currency: has2 ? row.string() : '',
    interactive: has2 ? row.uint8() !== 0 : true,
    engaged: has2 ? row.uint32() : 0,
    scroll: has2 ? row.int8() : -1,
    bytes: has3 ? row.int64() : -1,
    responseTime: has3 ? row.int32() : -1,
  };
}
