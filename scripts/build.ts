/**
 * Builds `dist/`, which the npm package and the container run: JavaScript, type declarations and source
 * maps from `src/` without its tests, the SQL files and lists beside them, the dashboard, the script for pages, and a
 * list of all packages in it.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, rmSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import { buildDashboard } from './dashboard.ts';
import { writeSbom } from './sbom.ts';
import { bundleSipHash } from './siphash.ts';
import { buildSnippet } from './snippet.ts';

const ROOT = join(import.meta.dirname, '..');
const DIST = join(ROOT, 'dist');
const CLI = join(DIST, 'cli.js');

rmSync(DIST, { recursive: true, force: true });

// By path rather than by name: the locked compiler, whatever the PATH is.
const compiler = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
for (const project of ['tsconfig.build.json', 'snippet/tsconfig.build.json']) {
  const { status } = spawnSync(process.execPath, [compiler, '-p', project], { cwd: ROOT, stdio: 'inherit' });
  if (status !== 0) process.exit(1);
}

cpSync(join(ROOT, 'src'), DIST, {
  recursive: true,
  filter: (path) => statSync(path).isDirectory() || ['.sql', '.lua', '.tsv'].includes(extname(path)),
});
if (existsSync(CLI)) chmodSync(CLI, 0o755);
await bundleSipHash(ROOT, DIST);

await buildDashboard();
await buildSnippet();
writeSbom();
