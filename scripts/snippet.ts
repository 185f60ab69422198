/**
 * Builds the script for pages, `snippet/`, into `dist/snippet/script.js`, from where the server serves it, and prints its
 * size. With `--if-stale`, only if a source is newer than the build.
 */
import { readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { isStale } from './stale.ts';

const ROOT = join(import.meta.dirname, '..');
const SOURCE = join(ROOT, 'snippet');
const BUILT = join(ROOT, 'dist', 'snippet');
const SCRIPT = join(BUILT, 'script.js');

/** Builds next to the previous build, and then replaces it. */
export async function buildSnippet(): Promise<void> {
  const { build } = await import('vite');
  const outDir = `${BUILT}.${process.pid}`;
  try {
    await build({
      configFile: false,
      logLevel: 'warn',
      build: {
        outDir,
        target: 'es2020',
        minify: true,
        lib: {
          entry: join(SOURCE, 'script.ts'),
          formats: ['iife'],
          name: 'hitTracker',
          fileName: () => 'script.js',
        },
      },
    });
    rmSync(BUILT, { recursive: true, force: true });
    renameSync(outDir, BUILT);
  } finally {
    rmSync(outDir, { recursive: true, force: true });
  }
}

/** Builds it if needed. @returns whether it was */
export async function refreshSnippet(): Promise<boolean> {
  if (!isStale(SCRIPT, SOURCE)) return false;
  await buildSnippet();
  return true;
}

/** Bytes of the built script, as they are sent. */
export function snippetSizes(): { readonly raw: number; readonly gzip: number; readonly brotli: number } {
  const script = readFileSync(SCRIPT);
  return {
    raw: script.length,
    gzip: gzipSync(script, { level: 9 }).length,
    brotli: brotliCompressSync(script).length,
  };
}

if (import.meta.main) {
  const isAsked = !process.argv.includes('--if-stale');
  if (isAsked) await buildSnippet();
  if (isAsked || (await refreshSnippet())) {
    const { raw, gzip, brotli } = snippetSizes();
    console.log(`script.js: ${raw} bytes, ${gzip} in gzip, ${brotli} in brotli`);
  }
}
