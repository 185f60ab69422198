/** A server whose store is a ClickHouse server, installed without the embedded engine: what it takes on disk and in memory. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, lstatSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ClickHouseFront } from '../fixtures/clickhouse-front.ts';
import { installIn, pack } from '../fixtures/packed-package.ts';
import { scaledTimeout } from '../fixtures/scaled-timeout.ts';

const options = { timeout: scaledTimeout(200_000) };
const MB = 1e6;
const MOST_INSTALLED = 60 * MB;
const MOST_MEMORY = 80 * MB;
/** Milliseconds after the start when a server that nobody uses is at rest. */
const REST = 15_000;

describe('a server without the embedded engine', options, () => {
  const scratch = mkdtempSync(join(tmpdir(), 'hit-tracker-remote-'));
  const home = join(scratch, 'app');
  before(() => {
    installIn(home, pack(scratch), '--omit=optional');
  }, options);
  after(() => rmSync(scratch, { recursive: true, force: true }));

  it('takes less than 60 MB of disk', (t) => {
    const files = globSync('node_modules/**/*', { cwd: home }).map((file) => lstatSync(join(home, file)));
    const bytes = files.reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0);
    t.diagnostic(`${(bytes / MB).toFixed(1)} MB in ${files.length} files`);
    assert.ok(bytes < MOST_INSTALLED, `${bytes} bytes`);
  });

  it('counts, and takes less than 80 MB of memory at rest', options, async (t) => {
    const front = await ClickHouseFront.start();
    const cli = join(home, 'node_modules/hit-tracker/dist/cli.js');
    const args = ['--host', '127.0.0.1', '--port', '0', '--public', '--data-dir', join(scratch, 'data')];
    const server = spawn(process.execPath, [cli, 'serve', '--store', front.url, ...args]);
    try {
      const url = await new Promise<string>((resolve, reject) => {
        let text = '';
        server.on('exit', () => reject(new Error(text)));
        server.stderr.setEncoding('utf8').on('data', (part: string) => {
          text += part;
          const [, found] = /Listening on (\S+)/.exec(text) ?? [];
          if (found) resolve(found);
        });
      });
      await fetch(url);
      const stats = await (await fetch(`${url}/api/v1/stats`)).json();
      assert.equal((stats as { totals: { hits: number } }).totals.hits, 1);
      await sleep(REST);
      // What no other process can share, and what is not a page of a file.
      const status = readFileSync(`/proc/${server.pid}/status`, 'utf8');
      const bytes = 1024 * Number(/RssAnon:\s+(\d+)/.exec(status)?.[1]);
      t.diagnostic(`${(bytes / MB).toFixed(1)} MB`);
      assert.ok(bytes < MOST_MEMORY, `${bytes} bytes`);
    } finally {
      server.kill('SIGTERM');
      await once(server, 'exit');
      await front.close();
    }
  });
});
