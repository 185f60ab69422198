/**
 * Builds `dist/` after an install from git, which has none, and after the first `npm ci` of a checkout. Without the development
 * dependencies, as on a production machine, there is nothing to build with, and nothing is done.
 *
 * Plain JavaScript for any Node: without those dependencies, it is the machine's.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const pathOf = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));

const isBuilt = existsSync(pathOf('dist/cli.js'));
const canBuild = existsSync(pathOf('node_modules/vite')) && existsSync(pathOf('node_modules/typescript'));
if (!isBuilt && canBuild) {
  // npm puts the Node of the dependencies first on the PATH.
  const { status } = spawnSync('node', [pathOf('scripts/build.ts')], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
}
