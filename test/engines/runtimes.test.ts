/**
 * The packed package, installed in an empty folder, in each runtime. Prints the table of `docs/library.md`; with
 * `HIT_TEST_REPORT`, writes it there.
 */
import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import manifest from '../../package.json' with { type: 'json' };
import { FIREFOX } from '../fixtures/any-server.ts';
import { BROWSER_MISSING, browserProgram, launch } from '../fixtures/browser.ts';
import { bundleOf } from '../fixtures/bundle.ts';
import { installIn, nodeRelease, pack } from '../fixtures/packed-package.ts';
import {
  COUNTED,
  HONO_WORKER,
  honoProgram,
  nodeProgram,
  PROBES,
  pageProgram,
  workerProgram,
} from '../fixtures/runtime-probes.ts';
import { type Measured, RuntimeTable } from '../fixtures/runtime-table.ts';
import { RUNTIMES } from '../fixtures/runtimes.ts';
import { scaledTimeout, until } from '../fixtures/scaled-timeout.ts';
import { Workerd } from '../fixtures/workerd.ts';

const execute = promisify(execFile);
const options = { timeout: scaledTimeout(300_000) };
const RUNS = 3;
/** Bytes that a light tracker may take beyond the runtime, its state included. */
const MOST_LIGHT_BYTES = 25e6;
const MB = 1e6;

const scratch = mkdtempSync(join(tmpdir(), 'hit-tracker-runtimes-'));
const home = join(scratch, 'app');
const table = new RuntimeTable();
const bundles = new Map<string, string>();

let archive = '';

before(() => {
  archive = pack(scratch);
  installIn(home, archive, `hono@${manifest.devDependencies.hono}`);
}, options);
after(() => {
  console.log(`${table}`);
  if (process.env.HIT_TEST_REPORT) table.save();
  rmSync(scratch, { recursive: true, force: true });
});

/** Runs something several times, one after another. */
async function runs(once: (run: number) => Promise<Measured>): Promise<Measured[]> {
  const measured: Measured[] = [];
  for (let run = 0; run < RUNS; run++) measured.push(await once(run));
  return measured;
}

for (const { name, hasStore, program, args } of RUNTIMES) {
  describe(`in ${name}`, options, () => {
    const base: { bytes: number } = { bytes: 0 };

    for (const [entry, probe] of Object.entries(PROBES)) {
      if (probe.where === 'page' || (entry === 'db' && !hasStore)) continue;
      it(`${entry} counts`, options, async () => {
        const file = join(home, `${entry}.mjs`);
        writeFileSync(file, nodeProgram(probe));
        const measured = await runs(async (run) => {
          const dataDir = join(scratch, `data-${name}-${run}`);
          const { stdout } = await execute(program(), [...args, file, dataDir], { cwd: home });
          const { counted, ...rest } = JSON.parse(stdout);
          assert.deepEqual(counted, COUNTED);
          return rest as Measured;
        });
        table.add(entry, name, measured);
        const bytes = Math.min(...measured.map((each) => each.bytes!));
        if (entry === 'nothing') base.bytes = bytes;
        else if (probe.where === 'any')
          assert.ok(bytes - base.bytes < MOST_LIGHT_BYTES, `${(bytes - base.bytes) / MB} MB`);
      });
    }

    it('the library can be required', async () => {
      const file = join(home, 'requiring.cjs');
      writeFileSync(
        file,
        `const { SimpleTracker } = require('hit-tracker');
console.log(new SimpleTracker().track({ visitor: 'ann' }).unique);`,
      );
      const { stdout } = await execute(program(), [...args, file], { cwd: home });
      assert.equal(stdout, '1\n');
    });
  });
}

describe('a Node that is too old', options, () => {
  for (const version of ['20', '22'])
    it(`is told by the program in one line: ${version}`, async () => {
      const cli = join(home, 'node_modules/hit-tracker/dist/cli.js');
      const program = nodeRelease(version);
      const exact = execFileSync(program, ['--version'], { encoding: 'utf8' }).trim().slice(1);
      await assert.rejects(execute(program, [cli, '--help']), {
        ...{ code: 1, stdout: '' },
        stderr: `hit-tracker: Node 24.12 or later is needed, and this is ${exact}\n`,
      });
    });

  it('has no store, and DBTracker says so with a code', async () => {
    const code = `import { DBTracker } from 'hit-tracker/db';
      await DBTracker.open({ dataDir: ${JSON.stringify(join(scratch, 'too-old'))} }).catch(({ code, message }) => console.log(code, message));`;
    const { stdout } = await execute(nodeRelease('20'), ['--input-type=module', '--eval', code], {
      cwd: home,
    });
    assert.match(stdout, /^node_unsupported a data folder needs Node 22\.13 or later, and this is Node 20\./);
  });
});

describe('in workerd', options, () => {
  for (const [entry, probe] of Object.entries(PROBES)) {
    if (probe.where !== 'any') continue;
    it(`${entry} counts`, options, async () => {
      const code = await bundleOf(home, `worker-${entry}`, workerProgram(probe));
      const measured = await runs(async (run) => {
        await using worker = await Workerd.start(join(scratch, `worker-${entry}-${run}`), code);
        const start = performance.now();
        const answer = await fetch(worker.url);
        const ms = performance.now() - start;
        assert.deepEqual(await answer.json(), COUNTED);
        return { ms, bytes: worker.memory };
      });
      table.add(entry, 'workerd', measured);
    });
  }
});

describe('the middleware of Hono counts', options, () => {
  for (const { name, program, args, serve } of RUNTIMES)
    if (serve !== undefined)
      it(`in ${name}`, options, async () => {
        const file = join(home, 'hono.mjs');
        writeFileSync(file, honoProgram(serve));
        const child = spawn(program(), [...args, file], { cwd: home, stdio: ['ignore', 'pipe', 'inherit'] });
        try {
          const [port] = await once(child.stdout, 'data');
          await assertCounts(`http://127.0.0.1:${Number(port)}`);
        } finally {
          child.kill('SIGKILL');
        }
      });

  it('in workerd', options, async () => {
    const code = await bundleOf(home, 'worker-hono', HONO_WORKER);
    await using worker = await Workerd.start(join(scratch, 'worker-hono'), code);
    await assertCounts(worker.url);
  });

  /** Three requests of two clients are hits; a missing page is none. */
  async function assertCounts(url: string): Promise<void> {
    for (const [client, path] of [
      ['203.0.113.7', 'page'],
      ['203.0.113.8', 'page'],
      ['203.0.113.7', 'page'],
      ['203.0.113.9', 'missing'],
    ] as const)
      await (
        await fetch(`${url}/${path}`, { headers: { 'user-agent': FIREFOX, 'x-client': client } })
      ).text();
    // Without a user agent of a browser, this request is none.
    let counted: typeof COUNTED | undefined;
    await until('the hits are counted', async () => {
      counted = (await (await fetch(`${url}/counted`)).json()) as typeof COUNTED;
      return counted.hits >= COUNTED.hits;
    });
    assert.deepEqual(counted, COUNTED);
  }
});

describe('in Chromium', options, () => {
  /** Requests that the page has sent to `/hit`. */
  let hits = 0;
  let policy = '';
  let script = '';
  const server = createServer((request, response) => {
    if (request.method === 'POST') hits++;
    const isScript = request.url === '/probe.js';
    response.setHeader('content-type', isScript ? 'text/javascript' : 'text/html');
    response.setHeader('content-security-policy', policy);
    response.end(isScript ? script : '<!doctype html><script type="module" src="/probe.js"></script>');
  });
  before(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
  after(() => server.close());

  for (const [entry, probe] of Object.entries(PROBES)) {
    if (probe.where === 'node') continue;
    // Without 'wasm-unsafe-eval', a page may compile no WebAssembly.
    for (const [name, value] of [
      ['', ''],
      [', where WebAssembly is forbidden', "default-src 'self'"],
    ] as const)
      it(`${entry} counts${name}`, options, async (t) => {
        script = bundles.get(entry) ?? (await bundleOf(home, `page-${entry}`, pageProgram(probe)));
        bundles.set(entry, script);
        policy = value;
        const program = await browserProgram();
        if (program === undefined) return t.skip(BROWSER_MISSING);
        const browser = await launch(program);
        try {
          const measured = await runs(async () => {
            hits = 0;
            const page = await browser.newPage();
            await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
            await page.waitForFunction('globalThis.probed');
            const { counted, ms } = (await page.evaluate('probed')) as { counted: unknown; ms: number };
            assert.deepEqual(counted, COUNTED);
            if (probe.where === 'page') {
              const end = performance.now() + scaledTimeout(10_000);
              while (hits < COUNTED.hits && performance.now() < end) await page.waitForTimeout(20);
              assert.equal(hits, COUNTED.hits);
            }
            await page.close();
            return { ms };
          });
          if (value === '') table.add(entry, 'Chromium', measured);
        } finally {
          await browser.close();
        }
        if (entry === 'nothing') return;
        table.addSize(entry, script.length, gzipSync(script, { level: 9 }).length);
      });
  }
});

describe('the types', options, () => {
  for (const [kind, compilerOptions, name, text] of [
    [
      'ES modules',
      { module: 'nodenext' },
      'program.mts',
      `import { DBTracker, SimpleTracker } from 'hit-tracker';`,
    ],
    [
      'CommonJS',
      { module: 'commonjs' },
      'program.ts',
      `import { RateTracker } from 'hit-tracker/rate';\nimport { DBTracker, SimpleTracker } from 'hit-tracker';\nnew RateTracker();`,
    ],
  ] as const)
    it(`compile strict in TypeScript 5.4: ${kind}`, options, async () => {
      const packages = ['typescript@5.4', '@types/node@22', archive, '--omit=optional'];
      const folder = installIn(join(scratch, kind.replace(' ', '-')), ...packages);
      writeFileSync(
        join(folder, name),
        `${text}
const seen: { total: number } = new SimpleTracker().track({ visitor: 'ann' });
// @ts-expect-error The types are found, and not any.
const wrong: string = seen.total;
new SimpleTracker().track(new Request('https://example.com/'));
export async function hits(): Promise<number | null> {
  await using db = await DBTracker.open({ dataDir: './data' });
  return (await db.stats()).totals.hits;
}
console.log(wrong);
`,
      );
      const config = {
        compilerOptions: {
          ...compilerOptions,
          ...{ strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true },
          ...{ target: 'es2022', types: ['node'], noEmit: true, skipLibCheck: false },
        },
        files: [name],
      };
      writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
      const tsc = join(folder, 'node_modules/typescript/bin/tsc');
      const { stdout } = await execute(process.execPath, [tsc, '-p', folder]).catch((error) => error);
      assert.equal(stdout, '');
    });
});
