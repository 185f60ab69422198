import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { SerialQueue } from '../../timing/serial-queue.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.woff2': 'font/woff2',
};
const OTHER_TYPE = 'application/octet-stream';
/** Files that are compressed already. */
const PACKED = new Set(['.woff2', '.png']);

/** A content coding; '' is none. */
export type Coding = '' | 'gzip' | 'br';

/** A file, ready to send. */
export interface Asset {
  readonly type: string;
  readonly etag: string;
  /** Resolves to the content in a coding; undefined if it is not sent in this one. */
  body(coding: Coding): Promise<Buffer | undefined>;
}

/**
 * Compresses in a thread of the pool that also syncs hits to disk, so one file at a time. On the main thread, all files of a page
 * would delay hits by seconds.
 */
const compressions = new SerialQueue();

/**
 * Files of a built page, read once, and compressed once when they are first requested. They are few and small, so they are
 * kept in memory: a file is looked up by name, and no path in a request reaches the file system.
 *
 * @example
 * const assets = new Assets('dist/dashboard');
 * assets.find('index.html')?.type; // 'text/html; charset=utf-8'; undefined if it is not built
 */
export class Assets {
  readonly #folder: string;
  #files: ReadonlyMap<string, Asset> | undefined;

  /** @param folder is read when the first file is requested */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @param name path below the folder, with `/` as separator */
  find(name: string): Asset | undefined {
    // An empty folder is read again, so that a build is found without a restart.
    if (!this.#files || this.#files.size === 0) this.#files = read(this.#folder);
    return this.#files.get(name);
  }
}

function read(folder: string): Map<string, Asset> {
  const files = new Map<string, Asset>();
  for (const entry of entriesOf(folder)) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(folder.length + 1).replaceAll('\\', '/');
    files.set(name, assetOf(readFileSync(path), extname(name)));
  }
  return files;
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true, recursive: true });
  } catch {
    return [];
  }
}

function assetOf(bytes: Buffer, extension: string): Asset {
  const isPacked = PACKED.has(extension);
  const bodies = new Map<Coding, Promise<Buffer>>([['', Promise.resolve(bytes)]]);
  return {
    type: TYPES[extension] ?? OTHER_TYPE,
    etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`,
    async body(coding) {
      const known = bodies.get(coding);
      if (known || coding === '' || isPacked) return known;
      const body = compressions.run(() => COMPRESSED[coding](bytes));
      bodies.set(coding, body);
      return body;
    },
  };
}

const [gzipped, brotlied] = [promisify(gzip), promisify(brotliCompress)];
const COMPRESSED: Readonly<Record<Exclude<Coding, ''>, (bytes: Buffer) => Promise<Buffer>>> = {
  gzip: (bytes) => gzipped(bytes, { level: 9 }),
  br: (bytes) => brotlied(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
};
