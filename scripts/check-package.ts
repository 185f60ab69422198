/**
 * Proves that the npm package works without this checkout: packs it, lints the archive, unpacks it into
 * an empty project and uses it there as a user would, with the command, the library and its types.
 *
 * The scratch project gets links to this checkout's copies of the packages that package.json names under
 * `dependencies`, and nothing else. So it takes a second without a network, and an import of a package that is
 * only a development dependency fails here instead of on a user's server.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { lintArchive, lintFolder } from './package-lint.ts';
import { bundledIn, type Sbom } from './sbom.ts';

const ROOT = join(import.meta.dirname, '..');

/** A user's program: plain JavaScript that is also checked against the published types. */
const CONSUMER = `
import assert from 'node:assert/strict';
import { HitError, SimpleTracker } from 'hit-tracker';
import { createTracker } from 'hit-tracker/client';
import { DBTracker } from 'hit-tracker/db';
import { RateTracker } from 'hit-tracker/rate';
import * as simple from 'hit-tracker/simple';
import { BloomFilter } from 'hit-tracker/sketch';

const tracker = new SimpleTracker();
assert.deepEqual(tracker.track({ visitor: 'a' }), { unique: 1, total: 1, isNew: true });
assert.deepEqual(tracker.track({ visitor: 'a' }), { unique: 1, total: 2, isNew: false });

// Each entry has the same classes, so an error of one is an error of all.
assert.equal(simple.SimpleTracker, SimpleTracker);
assert.equal(simple.HitError, HitError);
assert.throws(() => BloomFilter.for(0), HitError);
assert.equal(typeof DBTracker.open, 'function');
assert.equal(new RateTracker().rate({ seconds: 60 }).hits, 0);

assert.equal(typeof createTracker, 'function');
/** @type {Parameters<typeof createTracker>[0]} */
export const options = { endpoint: 'https://stats.example.com', outbound: true };

/** @type {string} Fails the type check when the published types are not found and all is 'any'. */
// @ts-expect-error
export const notText = tracker.track({ visitor: 'b' }).total;
`;

/** The same from CommonJS. */
const REQUIRING = `
const assert = require('node:assert/strict');
const { DBTracker, SimpleTracker } = require('hit-tracker');
const { RateTracker } = require('hit-tracker/rate');

/** @type {number} */
const total = new SimpleTracker().track({ visitor: 'a' }).total;
assert.equal(total, 1);
assert.equal(new RateTracker().rate({ seconds: 60 }).hits, 0);
assert.equal(typeof DBTracker.open, 'function');
`;

const CONSUMER_TSCONFIG = {
  compilerOptions: {
    strict: true,
    module: 'nodenext',
    types: ['node'],
    allowJs: true,
    checkJs: true,
    noEmit: true,
    skipLibCheck: false,
    lib: ['es2024', 'esnext.disposable', 'dom'],
  },
  files: ['consumer.js', 'requiring.cjs'],
};

/** Runs a program in `folder` on this Node without type stripping; returns what it printed, throws if it failed. */
function run(folder: string, program: string, ...args: string[]): string {
  return execFileSync(program, args, {
    cwd: folder,
    encoding: 'utf8',
    env: {
      ...process.env,
      PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
      NODE_OPTIONS: '--no-strip-types',
    },
  });
}

/** Creates the archive that `npm publish` would upload; returns its path. */
function pack(folder: string): string {
  const printed = run(ROOT, 'npm', 'pack', '--json', '--ignore-scripts', '--pack-destination', folder);
  const [packed] = Object.values<{ filename: string; files: { path: string }[] }>(JSON.parse(printed));
  assert.ok(packed, 'npm pack created no archive');
  const tests = packed.files.filter(({ path }) => path.includes('.test.'));
  assert.deepEqual(tests, [], 'the package carries tests');
  const hasPage = packed.files.some(({ path }) => path === 'dist/dashboard/index.html');
  assert.ok(hasPage, 'the package carries no dashboard');
  const hasScript = packed.files.some(({ path }) => path === 'dist/snippet/script.js');
  assert.ok(hasScript, 'the package carries no script for pages');
  const hasList = packed.files.some(({ path }) => path === 'dist/sbom.cdx.json');
  assert.ok(hasList, 'the package carries no list of its packages');
  return join(folder, packed.filename);
}

/** Checks that the list of packages has those of the lock file, without those for development, and those in the dashboard. */
function checkSbom(): void {
  const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
  const { components }: Sbom = JSON.parse(read('dist/sbom.cdx.json'));
  const lock: { packages: Record<string, { version: string; dev?: boolean }> } = JSON.parse(
    read('package-lock.json'),
  );
  const bundled = bundledIn(read('dist/dashboard/assets/licenses.md'));
  const wanted = new Set<string>();
  for (const [path, { version, dev }] of Object.entries(lock.packages)) {
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    if (path !== '' && (!dev || bundled.includes(name))) wanted.add(`${name}@${version}`);
  }
  const listed = components.map(({ name, version }) => `${name}@${version}`);
  assert.deepEqual(listed.sort(), [...wanted].sort(), 'the list of packages differs from the lock file');
}

/** Lays out `folder` as `npm install ARCHIVE @types/node` would. */
function install(archive: string, folder: string): void {
  const modules = join(folder, 'node_modules');
  const home = join(modules, 'hit-tracker');
  mkdirSync(home, { recursive: true });
  run(folder, 'tar', '-xzf', archive, '-C', home, '--strip-components=1');

  const manifest: { bin: Record<string, string>; dependencies: Record<string, string> } = JSON.parse(
    readFileSync(join(home, 'package.json'), 'utf8'),
  );
  for (const name of [...Object.keys(manifest.dependencies), '@types/node']) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
  }
  mkdirSync(join(modules, '.bin'));
  for (const [name, path] of Object.entries(manifest.bin)) {
    symlinkSync(join('..', 'hit-tracker', path), join(modules, '.bin', name));
  }
}

const scratch = mkdtempSync(join(tmpdir(), 'hit-tracker-package-'));
try {
  const archive = pack(scratch);
  checkSbom();
  await lintArchive(archive);
  install(archive, scratch);
  lintFolder(join(scratch, 'node_modules', 'hit-tracker'));

  writeFileSync(join(scratch, 'package.json'), JSON.stringify({ type: 'module' }));
  writeFileSync(join(scratch, 'consumer.js'), CONSUMER);
  writeFileSync(join(scratch, 'requiring.cjs'), REQUIRING);
  writeFileSync(join(scratch, 'tsconfig.json'), JSON.stringify(CONSUMER_TSCONFIG));

  assert.match(run(scratch, join('node_modules', '.bin', 'hit-tracker'), '--help'), /serve/);
  run(scratch, process.execPath, 'consumer.js');
  run(scratch, process.execPath, 'requiring.cjs');
  run(scratch, process.execPath, join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', '.');
  console.log('package: the command runs, each entry of the library counts, its types are found');
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
