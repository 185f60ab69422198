import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

/** Beside the compiled code, or in a checkout where it is built. */
const FOLDERS = ['../../dashboard', '../../../dist/dashboard'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};
/** Takes milliseconds, and is a few per cent from the smallest. */
const BROTLI_QUALITY = 9;

type Encoding = 'br' | 'gzip' | 'identity';

/** A file of the dashboard, in all forms that browsers take. */
export interface PageFile {
  readonly type: string;
  readonly etag: string;
  readonly bodies: Readonly<Record<Encoding, Buffer>>;
}

/**
 * Reads the built dashboard into memory, some hundred kilobytes.
 *
 * @returns files by their paths below `/dashboard/`; empty where it is not built
 */
export function readPageFiles(): ReadonlyMap<string, PageFile> {
  const folder = FOLDERS.find((each) => existsSync(join(each, 'index.html')));
  if (folder === undefined) return new Map();
  return new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && extname(entry.name) in TYPES)
      .map((entry) => {
        const path = join(entry.parentPath, entry.name);
        return [path.slice(folder.length + 1).replaceAll('\\', '/'), readPageFile(path)] as const;
      }),
  );
}

function readPageFile(path: string): PageFile {
  const identity = readFileSync(path);
  const params = { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY };
  return {
    type: TYPES[extname(path)]!,
    etag: `"${createHash('sha256').update(identity).digest('base64url').slice(0, 22)}"`,
    bodies: { identity, gzip: gzipSync(identity), br: brotliCompressSync(identity, { params }) },
  };
}

/** The smallest form that an `Accept-Encoding` header allows. */
export function encodingFor(header: string): Encoding {
  const isTaken = (name: string) =>
    new RegExp(`(?:^|,)\\s*${name}\\s*(?:;\\s*q=(?!0(?:\\.0*)?\\s*(?:,|$))|,|$)`).test(header);
  return (['br', 'gzip'] as const).find(isTaken) ?? 'identity';
}
