/** Importing the library does nothing before a program asks it to: it opens no file, and starts no timer, socket or thread. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import manifest from '../package.json' with { type: 'json' };
import { scaledTimeout } from './fixtures/scaled-timeout.ts';
import { temporaryFolder } from './fixtures/temporary.ts';

const execute = promisify(execFile);
const ROOT = join(import.meta.dirname, '..');

/** The source of each entry that `package.json` exports, by its name. */
const ENTRIES = Object.entries(manifest.exports).flatMap(([name, target]) => {
  if (typeof target === 'string') return [];
  const source = target.default === './dist/client/tracker.js' ? './snippet/tracker.js' : target.default;
  const file = source.replace('./dist/', './src/').replace(/\.js$/, '.ts');
  return [[name, pathToFileURL(join(ROOT, file)).href] as const];
});

/** Prints what an import has left open: resources of Node, and on Linux descriptors and threads. */
const programOf = (url: string) => `
import { readdirSync, readlinkSync } from 'node:fs';
// The output is a resource, and the first import of Node may start the threads of its pool.
void [process.stdout, process.stderr];
await import('data:text/javascript,');
const own = (folder) => (process.platform === 'linux' ? readdirSync('/proc/self/' + folder) : []);
const open = () => ({
  resources: process.getActiveResourcesInfo().sort().join(),
  files: own('fd').map((fd) => { try { return fd + ' ' + readlinkSync('/proc/self/fd/' + fd); } catch { return ''; } }).join(),
  threads: own('task').length,
});
const before = open();
await import(${JSON.stringify(url)});
// As soon as tls is imported, Node reads certificates in a thread, which ends by itself.
for (let wait = 0; wait < 500 && own('task').length > before.threads; wait++) await new Promise((resolve) => setTimeout(resolve, 20));
console.log(JSON.stringify([before, open()]));`;

describe('a program that imports an entry of the library', {
  timeout: scaledTimeout(60_000),
  concurrency: 2,
}, () => {
  for (const [name, url] of ENTRIES)
    it(`has opened and started nothing by that: ${name}`, async (t) => {
      const cwd = temporaryFolder(t);
      const args = ['--input-type=module', '--eval', programOf(url)];
      // Without the cache that the tests use, which is a folder.
      const { NODE_COMPILE_CACHE: _, ...env } = process.env;
      const [before, now] = JSON.parse((await execute(process.execPath, args, { cwd, env })).stdout);
      assert.deepEqual(now, before);
      assert.deepEqual(readdirSync(cwd), []);
    });
});
