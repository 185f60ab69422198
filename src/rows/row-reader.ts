/** Reads rows of the spool (see `row.ts`) back as hits, for sinks that do not take rows. */
import { HitError } from '../errors.ts';
import type { Hit } from '../hit/hit.ts';
import { RowBinaryReader } from './row-binary.ts';
import { ROW_STRUCTURES } from './row-layout.ts';

/** The members of a hit that rows of layout 1 lack, with the defaults of their columns. */
const LAYOUT_1_LACKS = {
  hostname: '',
  utmTerm: '',
  utmContent: '',
  clickId: '',
  region: '',
  city: '',
  browserVersion: '',
  osVersion: '',
  screen: '',
  value: '',
  currency: '',
  interactive: true,
  engaged: 0,
  scroll: -1,
} as const satisfies Partial<Hit>;

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
    const hit = layout === 1 ? { ...readLayout1(rows), ...LAYOUT_1_LACKS } : readHit(rows);
    if (hit.site !== '') yield hit;
  }
}

function readHit(row: RowBinaryReader): Hit {
  return {
    ...readLayout1(row),
    hostname: row.string(),
    utmTerm: row.string(),
    utmContent: row.string(),
    clickId: row.string(),
    region: row.string(),
    city: row.string(),
    browserVersion: row.string(),
    osVersion: row.string(),
    screen: row.string(),
    value: row.string(),
    currency: row.string(),
    interactive: row.uint8() !== 0,
    engaged: row.uint32(),
    scroll: row.int8(),
  };
}

/** Members are read in the order in which they are written here. */
function readLayout1(row: RowBinaryReader): Omit<Hit, keyof typeof LAYOUT_1_LACKS> {
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
  };
}
