#!/usr/bin/env node
/**
 * The entry point of the program. It caches the compiled code of `program.ts`, which saves a third of each start, and half of
 * that of a reading thread.
 *
 * It must be readable for any Node, to say which one is needed: so it names nothing of `node:module` in its import, and has no
 * other static one.
 */
import module from 'node:module';
import { fileURLToPath } from 'node:url';

/** The oldest Node that runs the program, as `[major, minor]`. */
const NEEDED = [24, 12] as const;

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])) {
  // The embedded engine runs each statement in a thread of libuv's pool. The pool is larger than the number of concurrent statements,
  // so that hits never wait for a query before a thread syncs them.
  process.env.UV_THREADPOOL_SIZE ??= '8';
  // By the environment, since a thread asks only that. Where the folder cannot be written to, all is compiled anew.
  process.env.NODE_COMPILE_CACHE ??= fileURLToPath(
    new URL('../node_modules/.cache/hit-tracker', import.meta.url),
  );
  module.enableCompileCache(process.env.NODE_COMPILE_CACHE);
  await import('./program.ts');
} else {
  process.stderr.write(
    `hit-tracker: Node ${NEEDED.join('.')} or later is needed, and this is ${process.versions.node}\n`,
  );
  process.exitCode = 1;
}
