/**
 * Builds the dashboard, `dashboard/`, into `dist/dashboard`, from where the server serves it, and prints its sizes.
 *
 * With `--if-stale`, only if a source is newer than the build: quick enough to run before `npm start` and `npm test`.
 */
import { readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { isStale } from './stale.ts';

const ROOT = join(import.meta.dirname, '..');
const SOURCE = join(ROOT, 'dashboard');
const BUILT = join(ROOT, 'dist', 'dashboard');

/** A file of the built dashboard. Sizes are bytes. */
export interface BuiltFile {
  readonly name: string;
  readonly bytes: number;
  readonly gzip: number;
  readonly brotli: number;
}

/** Builds next to the previous build, and then replaces it: a running server never sees a partial build. */
export async function buildDashboard(): Promise<void> {
  const { build } = await import('vite');
  const outDir = `${BUILT}.${process.pid}`;
  try {
    await build({ configFile: join(SOURCE, 'vite.config.ts'), logLevel: 'warn', build: { outDir } });
    rmSync(BUILT, { recursive: true, force: true });
    renameSync(outDir, BUILT);
  } finally {
    rmSync(outDir, { recursive: true, force: true });
  }
}

/** Builds it if needed. @returns whether it was */
export async function refreshDashboard(): Promise<boolean> {
  if (!isStale(join(BUILT, 'index.html'), SOURCE)) return false;
  await buildDashboard();
  return true;
}

/** Files of the build. */
export function dashboardFiles(): BuiltFile[] {
  return readdirSync(BUILT, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name, parentPath }) => {
      const content = readFileSync(join(parentPath, name));
      const [gzip, brotli] = [gzipSync(content, { level: 9 }).length, brotliCompressSync(content).length];
      return { name, bytes: content.length, gzip, brotli };
    })
    .sort((a, b) => b.gzip - a.gzip);
}

function isFlag({ name }: BuiltFile): boolean {
  return name.startsWith('flag-');
}

function report(): string {
  const kilobytes = (bytes: number) => (bytes / 1000).toFixed(1).padStart(7);
  const files = dashboardFiles();
  const scripts = files.filter(({ name }) => name.endsWith('.js'));
  const total = scripts.reduce((sum, { gzip }) => sum + gzip, 0);
  const [flags, others] = [files.filter(isFlag), files.filter((file) => !isFlag(file))];
  return [
    'dashboard, in kB:     raw    gzip  brotli',
    ...others.map(
      ({ name, bytes, gzip, brotli }) =>
        `  ${name.padEnd(24)}${kilobytes(bytes)} ${kilobytes(gzip)} ${kilobytes(brotli)}`,
    ),
    `  all JavaScript${' '.repeat(18)}${kilobytes(total)}`,
    `  and ${flags.length} flags, loaded one by one`,
  ].join('\n');
}

if (import.meta.main) {
  if (process.argv.includes('--if-stale')) {
    if (await refreshDashboard()) console.log(report());
  } else {
    await buildDashboard();
    console.log(report());
  }
}
