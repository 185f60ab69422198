/** The embedded engine takes much memory and does not run everywhere, so nothing loads it that opens no embedded store. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { patience } from './fixtures/patience.ts';
import { temporaryFolder } from './fixtures/temporary.ts';

const execute = promisify(execFile);
const SOURCE = join(import.meta.dirname, '../src');
const LIBRARY = pathToFileURL(join(SOURCE, 'index.ts')).href;
const CLI = join(SOURCE, 'cli.ts');

/** On exit, prints whether the engine's library is in the process. */
const REPORT_ENGINE = dataUrl(`process.on('exit', () => {
  const { sharedObjects } = process.report.getReport();
  process.stderr.write(sharedObjects.some((name) => name.includes('chdb')) ? 'engine: loaded' : 'engine: none');
})`);
/** Lets the engine's package fail as where it has no build. */
const WITHOUT_ENGINE = dataUrl(`import { registerHooks } from 'node:module';
registerHooks({
  resolve(name, context, next) {
    if (name.startsWith('chdb')) throw new Error('no build of chdb for this system');
    return next(name, context);
  },
})`);

function dataUrl(code: string): string {
  return `data:text/javascript,${encodeURIComponent(code)}`;
}

describe('the embedded engine', { timeout: patience(60_000), concurrency: 2 }, () => {
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

  it('that cannot be loaded is reported in one line, with what to do', async (t) => {
    const args = ['--import', WITHOUT_ENGINE, CLI, 'serve', '--port', '0', '--data-dir', temporaryFolder(t)];
    await assert.rejects(execute(process.execPath, args), {
      code: 1,
      stderr:
        'hit-tracker: the embedded engine cannot be loaded on this system, so use a ClickHouse server (--store): no build of chdb for this system\n',
    });
  });

  it('is not needed by a server without a store', async (t) => {
    const args = ['--tracker', 'simple', '--port', '0', '--data-dir', temporaryFolder(t)];
    const running = execute(process.execPath, ['--import', WITHOUT_ENGINE, CLI, 'serve', ...args]);
    running.child.stderr!.on('data', (text: string) => {
      if (text.includes('Listening on')) running.child.kill('SIGTERM');
    });
    const { stderr } = await running;
    assert.match(stderr, /Listening on http/);
  });
});
