/** The embedded engine takes much memory and does not run everywhere, so nothing loads it that opens no embedded store. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import manifest from '../package.json' with { type: 'json' };
import { scaledTimeout } from './fixtures/scaled-timeout.ts';
import { temporaryFolder } from './fixtures/temporary.ts';

const execute = promisify(execFile);
const SOURCE = join(import.meta.dirname, '../src');
const LIBRARY = pathToFileURL(join(SOURCE, 'index.ts')).href;
const CLI = join(SOURCE, 'cli.ts');
const RANGE = manifest.optionalDependencies.chdb;

/** On exit, prints whether the engine's library is in the process. */
const REPORT_ENGINE = dataUrl(`process.on('exit', () => {
  const { sharedObjects } = process.report.getReport();
  process.stderr.write(sharedObjects.some((name) => name.includes('chdb')) ? 'engine: loaded' : 'engine: none');
})`);
/** Lets the engine's package fail as where it has no build. */
const WITHOUT_BUILD = withoutEngine("new Error('no build of chdb for this system')");
/** Lets it fail as where it is not installed. */
const WITHOUT_PACKAGE = withoutEngine("Object.assign(new Error('not found'), { code: 'MODULE_NOT_FOUND' })");
/** On exit, prints how many commands were loaded. */
const REPORT_COMMANDS = dataUrl(`import { registerHooks } from 'node:module';
let count = 0;
registerHooks({
  load(url, context, next) {
    const source = next(url, context);
    if (/const \\w+: Command</.test(source.source)) count++;
    return source;
  },
});
process.on('exit', () => process.stderr.write('commands: ' + count));`);

function withoutEngine(error: string): string {
  return dataUrl(`import { registerHooks } from 'node:module';
registerHooks({
  resolve(name, context, next) {
    if (name.startsWith('chdb')) throw ${error};
    return next(name, context);
  },
})`);
}

function dataUrl(code: string): string {
  return `data:text/javascript,${encodeURIComponent(code)}`;
}

describe('the embedded engine', { timeout: scaledTimeout(60_000), concurrency: 2 }, () => {
  const use = `const { SimpleTracker, RateTracker, LastSeenSketch } = await import(${JSON.stringify(LIBRARY)});
    new SimpleTracker().track({ visitor: 'ann' });`;
  for (const [name, args] of [
    ['a program that imports the library', ['--input-type=module', '--eval', use]],
    ['--version', [CLI, '--version']],
    ['--help', [CLI, '--help']],
    ['the help of a command', [CLI, 'serve', '--help']],
    ['top, which reads from a server', [CLI, 'top', '--help']],
  ] as const)
    it(`is not loaded by ${name}`, async () => {
      const { stderr } = await execute(process.execPath, ['--import', REPORT_ENGINE, ...args]);
      assert.equal(stderr, 'engine: none');
    });

  const server = '--store clickhouse://USER:PASSWORD@HOST:8123/DATABASE';
  for (const [kind, hook, line] of [
    [
      'cannot be loaded',
      WITHOUT_BUILD,
      `cannot be loaded on this system, so use a ClickHouse server (${server}): no build of chdb for this system`,
    ],
    [
      'is not installed',
      WITHOUT_PACKAGE,
      `is not installed: run "npm install chdb@${RANGE}", or use a ClickHouse server: ${server}`,
    ],
  ] as const)
    it(`that ${kind} is reported in one line, with what to do`, async (t) => {
      const args = ['--import', hook, CLI, 'serve', '--port', '0', '--data-dir', temporaryFolder(t)];
      await assert.rejects(execute(process.execPath, args), {
        code: 1,
        stderr: `hit-tracker: the embedded engine ${line}\n`,
      });
    });

  it('that cannot be loaded fails a program with a code', async (t) => {
    const open = `const { DBTracker } = await import(${JSON.stringify(LIBRARY)});
      await DBTracker.open({ dataDir: ${JSON.stringify(temporaryFolder(t))} }).catch(({ name, code }) => console.log(name, code));`;
    const args = ['--import', WITHOUT_PACKAGE, '--input-type=module', '--eval', open];
    assert.equal((await execute(process.execPath, args)).stdout, 'HitError engine_unavailable\n');
  });

  it('is not needed by a server without a store', async (t) => {
    const args = ['--tracker', 'simple', '--port', '0', '--data-dir', temporaryFolder(t)];
    const running = execute(process.execPath, ['--import', WITHOUT_BUILD, CLI, 'serve', ...args]);
    running.child.stderr!.on('data', (text: string) => {
      if (text.includes('Listening on')) running.child.kill('SIGTERM');
    });
    const { stderr } = await running;
    assert.match(stderr, /Listening on http/);
  });
});

describe('a command', { timeout: scaledTimeout(60_000), concurrency: 2 }, () => {
  for (const [args, count] of [
    [['--version'], 0],
    [['--help'], 0],
    [['serve', '--help'], 1],
  ] as const)
    it(`is loaded only to be run or described: ${args.join(' ')}`, async () => {
      const { stderr } = await execute(process.execPath, ['--import', REPORT_COMMANDS, CLI, ...args]);
      assert.equal(stderr, `commands: ${count}`);
    });
});
