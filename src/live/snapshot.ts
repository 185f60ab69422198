/**
 * A node's live state as bytes, for transfer to another node.
 *
 *     "HTP", version                      4 bytes
 *     length of the header                4 bytes, low byte first
 *     header                              JSON, UTF-8: whose state, and the length of each part
 *     last-seen table, ring, filter       each in its own format; a part may be missing
 *     CRC-32 of all before it             4 bytes
 *
 * The header is JSON, so a later version can add fields and this one can still read it. The reader trusts none of it:
 * every field is checked, and each part checks itself.
 */

import { HitError, messageOf } from '../errors.ts';
import type { KeyFingerprints } from '../hit/key-fingerprints.ts';
import { siteName } from '../hit/site-name.ts';
import { END_OF_DATETIME } from '../hit/time.ts';
import { BloomFilter } from '../sketch/bloom.ts';
import { crc32 } from '../sketch/crc32.ts';
import { LastSeenSketch } from '../sketch/last-seen.ts';
import { HitRing } from '../sketch/ring.ts';
import type { LiveState } from './live.ts';

/** Content type of a snapshot. */
export const SKETCH_TYPE = 'application/vnd.hit-tracker.sketch';

export interface Snapshot {
  /** Undefined for all sites together. */
  readonly site: string | undefined;
  /** When the snapshot was taken, by the node's clock, in milliseconds since 1970. */
  readonly at: number;
  /** Identifies the node: random, created at its start. */
  readonly node: string;
  /** Fingerprints of the keys that name its visitors: only states with the same keys can be merged. */
  readonly keys: KeyFingerprints;
  readonly state: LiveState;
}

const MAGIC = 'HTP';
const VERSION = 1;
const HEADER_AT = 8;
const SUM_BYTES = 4;
const MOST_HEADER_BYTES = 16 * 1024;
const MOST_NAMES = 16;

/** @returns bytes for `decodeSnapshot` */
export function encodeSnapshot({ site, at, node, keys, state }: Snapshot): Uint8Array<ArrayBuffer> {
  const { total, windows, filter } = state;
  const parts = [windows?.seen, windows?.ring, filter].map((part) => part?.toBytes() ?? new Uint8Array());
  const header = new TextEncoder().encode(
    JSON.stringify({
      ...{ site: site ?? null, at, node, naming: keys },
      ...{ hits: total.hits, visitors: total.visitors, parts: parts.map(({ length }) => length) },
    }),
  );
  const chunks = [header, ...parts];
  const end = chunks.reduce((sum, { length }) => sum + length, HEADER_AT);
  const content = new Uint8Array(end + SUM_BYTES);
  const view = viewOf(content);
  for (let i = 0; i < MAGIC.length; i++) content[i] = MAGIC.charCodeAt(i);
  content[MAGIC.length] = VERSION;
  view.setUint32(MAGIC.length + 1, header.length, true);
  let start = HEADER_AT;
  for (const chunk of chunks) {
    content.set(chunk, start);
    start += chunk.length;
  }
  view.setUint32(end, crc32(content.subarray(0, end)), true);
  return content;
}

/**
 * Decodes a node's snapshot.
 *
 * @throws HitError `invalid` if the bytes are anything else
 */
export function decodeSnapshot(content: Uint8Array): Snapshot {
  if (!(content instanceof Uint8Array)) throw refusal('they are not a Uint8Array');
  const view = viewOf(content);
  const end = content.length - SUM_BYTES;
  if (end < HEADER_AT || String.fromCharCode(...content.subarray(0, MAGIC.length)) !== MAGIC)
    throw refusal('they have another format');
  const version = content[MAGIC.length];
  if (version !== VERSION) throw refusal(`their version is ${version}, and ${VERSION} is supported here`);
  if (crc32(content.subarray(0, end)) !== view.getUint32(end, true)) {
    throw refusal('their checksum does not match');
  }
  const length = view.getUint32(MAGIC.length + 1, true);
  if (length > Math.min(MOST_HEADER_BYTES, end - HEADER_AT)) throw refusal('their header is too long');
  const header = headerOf(new TextDecoder().decode(content.subarray(HEADER_AT, HEADER_AT + length)));
  return snapshotOf(header, content.subarray(HEADER_AT + length, end));
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

type Header = Readonly<Record<string, unknown>>;

function headerOf(text: string): Header {
  try {
    const header: unknown = JSON.parse(text);
    if (isRecord(header)) return header;
  } catch (error) {
    throw refusal(`their header is not JSON: ${messageOf(error)}`);
  }
  throw refusal('their header is not a JSON object');
}

function snapshotOf(
  { site, at, node, naming: keys, hits, visitors, parts }: Header,
  content: Uint8Array,
): Snapshot {
  if (site !== null && !(typeof site === 'string' && site !== '' && siteName(site) === site)) {
    throw refusal('their site is not a host name');
  }
  if (!isCount(at) || at >= END_OF_DATETIME) throw refusal('their time is invalid');
  if (typeof node !== 'string' || !/^[\w-]{0,64}$/.test(node)) throw refusal('their node has no name');
  if (!areFingerprints(keys)) throw refusal('they do not say how visitors are identified');
  if (!isCount(hits) || !isCount(visitors)) throw refusal('their totals are not numbers');
  const [table, ring, filter] = partsOf(parts, content);
  return {
    ...{ site: site ?? undefined, at, node, keys },
    state: {
      total: { hits, visitors },
      windows: table && ring && { seen: LastSeenSketch.fromBytes(table), ring: HitRing.fromBytes(ring) },
      filter: filter && BloomFilter.fromBytes(filter),
    },
  };
}

/** The bytes of each part, undefined for one that is missing. */
function partsOf(lengths: unknown, content: Uint8Array): (Uint8Array | undefined)[] {
  if (!Array.isArray(lengths) || lengths.length !== 3 || !lengths.every(isCount)) {
    throw refusal('the lengths of their parts are missing');
  }
  let at = 0;
  const parts = lengths.map((length) => {
    at += length;
    return length === 0 ? undefined : content.subarray(at - length, at);
  });
  if (at !== content.length) throw refusal('their parts have other lengths than declared');
  return parts;
}

function areFingerprints(value: unknown): value is KeyFingerprints {
  if (!isRecord(value) || !Object.hasOwn(value, 'key')) return false;
  const entries = Object.entries(value);
  return (
    entries.length <= MOST_NAMES &&
    entries.every(
      ([name, fingerprint]) =>
        /^[a-z0-9-]{1,20}$/.test(name) &&
        typeof fingerprint === 'string' &&
        /^[0-9a-f]{16}$/.test(fingerprint),
    )
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function refusal(why: string): HitError {
  return new HitError('invalid', `these bytes are not the state of a Hit Tracker node: ${why}`);
}
