/** The programs of docs/library.md do what the page says, in the real frameworks. */

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { scaledTimeout } from './fixtures/scaled-timeout.ts';
import {
  freePort,
  installIn,
  output,
  promisedOutput,
  type Snippet,
  snippetsOf,
  UserProgram,
} from './fixtures/user-program.ts';

const ROOT = join(import.meta.dirname, '..');
const SNIPPETS = snippetsOf(readFileSync(join(ROOT, 'docs/library.md'), 'utf8'));
/** The port of each server on the page. */
const PORT = '8080';
/** People's browsers: others do not count. */
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const SAFARI =
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.3 Safari/605.1.15';
const SERVERS = SNIPPETS.filter(({ code }) => code.includes(PORT));
const SCRIPTS = SNIPPETS.filter(({ code }) => !code.includes(PORT));
/** A runtime that serves what a program exports, as Bun does. */
const RUNTIME = `import { serve } from '@hono/node-server';\nserve((await import(PROGRAM)).default);\n`;

let folder = '';
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'hit-tracker-'));
  installIn(folder);
});
after(() => rmSync(folder, { recursive: true, force: true }));

/** Writes a program of the page unchanged, except for its port. */
function programOf({ heading, code }: Snippet, port = PORT): string {
  const name = `${heading.toLowerCase().replaceAll(/[^a-z]+/g, '-')}-${port}`;
  const file = join(folder, `${name}.ts`);
  writeFileSync(file, code.replace(PORT, port));
  if (!/^export default/m.test(code)) return file;
  const runtime = join(folder, `${name}-runtime.ts`);
  writeFileSync(runtime, RUNTIME.replace('PROGRAM', `'./${name}.ts'`));
  return runtime;
}

describe('the library’s documentation', { timeout: scaledTimeout(60_000), concurrency: 2 }, () => {
  it('shows a middleware of each framework, node:http and the web Request', () => {
    const shown = SERVERS.map(({ code }) => /from '(hit-tracker.*)'/.exec(code)?.[1]);
    assert.deepEqual(shown, [
      ...['express', 'fastify', 'koa', 'hono', 'hono', 'node'].map((entry) => `hit-tracker/${entry}`),
      ...['hit-tracker', 'hit-tracker', 'hit-tracker'],
    ]);
    assert.equal(SCRIPTS.length, 6);
  });

  for (const snippet of SERVERS) {
    it(`${snippet.heading}: each request is counted, and each client once`, async () => {
      const port = await freePort();
      await using program = new UserProgram(programOf(snippet, String(port)));
      await program.listens(port);
      const visit = async (client: string, agent: string) => {
        const headers = { 'x-forwarded-for': client, 'user-agent': agent };
        return (await fetch(`http://127.0.0.1:${port}/?a=1`, { headers })).text();
      };
      // A middleware counts a request after its answer.
      const isMiddleware = snippet.code.includes('hitTracker');
      const answers = isMiddleware ? ['0 unique hits from total 0 hits\n'] : [];
      answers.push(...[1, 1, 2, 3, 3].map((unique, i) => `${unique} unique hits from total ${i + 1} hits\n`));
      const visits = [
        await visit('192.0.2.1', FIREFOX),
        await visit('192.0.2.1', FIREFOX),
        await visit('192.0.2.2', FIREFOX),
        await visit('192.0.2.2', SAFARI),
        // Only the local proxy may forward addresses.
        await visit('198.51.100.9, 192.0.2.1', FIREFOX),
        ...(isMiddleware ? [await visit('192.0.2.1', FIREFOX)] : []),
      ];
      assert.deepEqual(visits, answers);
    });
  }

  for (const snippet of SCRIPTS) {
    it(`${snippet.heading}: the program prints the output that it documents`, async () => {
      const promised = promisedOutput(snippet.code);
      assert.notEqual(promised, '');
      assert.equal(await output(programOf(snippet)), promised);
    });
  }

  it('has programs that pass the type checker', async () => {
    for (const snippet of SNIPPETS) programOf(snippet);
    const config = {
      extends: join(ROOT, 'tsconfig.json'),
      include: ['*-8080.ts', join(ROOT, 'src/siphash24.d.ts')],
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    const { stdout } = await promisify(execFile)(process.execPath, [tsc, '-p', folder]).catch(
      (error: { stdout: string }) => error,
    );
    assert.equal(stdout, '');
  });
});
