/** The view in a terminal: in a real one, run by tmux, and printed once. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { findProgram } from '../bench/program.ts';
import { top } from '../src/commands/top.ts';
import type { LiveAnswer } from '../src/http/live-answer.ts';
import { BEARER, TOKEN } from './fixtures/any-server.ts';
import { assertFailed } from './fixtures/command-line.ts';
import { file } from './fixtures/file-scope.ts';
import { RunningServer } from './fixtures/running-server.ts';
import { scaledTimeout, until } from './fixtures/scaled-timeout.ts';
import { temporaryFolder } from './fixtures/temporary.ts';
import { typed } from './fixtures/typed-command.ts';

const CLI = join(import.meta.dirname, '../src/cli.ts');
const MISSING = 'tmux is not on the PATH: apt-get install tmux';
const hasTmux = findProgram('tmux') !== undefined;
if (!hasTmux && process.env.CI) throw new Error(MISSING);

/** A tmux terminal, in a separate server. */
class Pane implements Disposable {
  readonly #socket: string;

  constructor(socket: string, command: string) {
    this.#socket = socket;
    this.tmux('new-session', '-d', '-x', '100', '-y', '24', `${command}; echo "ended with $?"; sleep 60`);
  }

  tmux(...args: string[]): string {
    return execFileSync('tmux', ['-S', this.#socket, ...args], { encoding: 'utf8' });
  }

  get text(): string {
    return this.tmux('capture-pane', '-p');
  }

  async shows(pattern: RegExp): Promise<string> {
    let text = '';
    const isShown = () => {
      text = this.text;
      return pattern.test(text);
    };
    await until(`${pattern} on the screen`, isShown).catch((error: Error) => {
      throw new Error(`${error.message}:\n${text}`);
    });
    return text;
  }

  [Symbol.dispose](): void {
    this.tmux('kill-server');
  }
}

describe('top', { timeout: scaledTimeout(120_000) }, async () => {
  const folder = temporaryFolder(file);
  const data = join(folder, 'data');
  let server = await RunningServer.start(data);
  after(() => server[Symbol.asyncDispose]());
  await server.send('/hit.gif?site=a.example&path=/first');
  await server.send('/hit.gif?site=b.example&path=/%E6%97%A5%E6%9C%AC');

  it('shows counts, reacts to keys and resizing, and restores the terminal', {
    skip: hasTmux ? false : MISSING,
  }, async () => {
    using pane = new Pane(join(folder, 'tmux'), `${process.execPath} ${CLI} top --data-dir ${data}`);
    await pane.shows(/^all sites +2 visitors, 2 hits of all time[\s\S]*\/first/);
    await server.send('/hit.gif?site=a.example&path=/second');
    await pane.shows(/3 hits of all time/);
    pane.tmux('send-keys', 's');
    await pane.shows(/^[ab]\.example /);
    pane.tmux('send-keys', 'S', '?');
    await pane.shows(/next site, and back/);
    pane.tmux('send-keys', '?');
    pane.tmux('resize-window', '-x', '50', '-y', '12');
    const small = await pane.shows(/^all sites[\s\S]*pages, 24h/);
    assert.ok(small.split('\n').every((line) => line.length <= 50));
    const port = String(server.port);
    await server.stop();
    await pane.shows(/went away.*; trying again|trying again/);
    server = await RunningServer.start(data, '--port', port);
    await pane.shows(/3 hits of all time/);
    pane.tmux('send-keys', 'q');
    const ended = await pane.shows(/ended with 0/);
    assert.doesNotMatch(ended, /hits of all time/, 'the screen is as it was before');
    assert.equal(pane.tmux('display-message', '-p', '#{cursor_flag} #{alternate_on}').trim(), '1 0');
  });

  it('restores the terminal when it is terminated', { skip: hasTmux ? false : MISSING }, async () => {
    using pane = new Pane(join(folder, 'tmux-2'), `${process.execPath} ${CLI} top --data-dir ${data}`);
    await pane.shows(/hits of all time/);
    const shell = pane.tmux('display-message', '-p', '#{pane_pid}').trim();
    execFileSync('pkill', ['-TERM', '-P', shell]);
    assert.doesNotMatch(await pane.shows(/ended with 0/), /hits of all time/);
    assert.equal(pane.tmux('display-message', '-p', '#{cursor_flag} #{alternate_on}').trim(), '1 0');
  });

  it('exits at once even if the server does not answer', { skip: hasTmux ? false : MISSING }, async () => {
    using pane = new Pane(join(folder, 'tmux-3'), `${process.execPath} ${CLI} top --data-dir ${data}`);
    await pane.shows(/hits of all time/);
    server.child.kill('SIGSTOP');
    try {
      // Longer than a second, so that a query is running.
      await sleep(1500);
      pane.tmux('send-keys', 'q');
      await pane.shows(/ended with 0/);
    } finally {
      server.child.kill('SIGCONT');
    }
  });

  it('prints once without a terminal', async () => {
    const { code, stdout, stderr } = await typed(top, ['--data-dir', data]);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^all sites {2}2 visitors, 3 hits of all time/);
    assert.match(stdout, /^pages, 24h +visitors +hits\n\/first +1 +1$/m);
    assert.doesNotMatch(stdout, /\x1b/);
  });

  it('queries a remote server with its token, and prints JSON', async () => {
    const url = `http://127.0.0.1:${server.port}`;
    const { stdout } = await typed(top, ['--url', url, '--json', '--site', 'a.example'], {
      environment: { HIT_TOKEN: TOKEN },
    });
    const { live, tops } = JSON.parse(stdout) as {
      live: LiveAnswer;
      tops: Record<string, { value: string }[]>;
    };
    assert.deepEqual([live.site, live.total.hits], ['a.example', 2]);
    assert.deepEqual(tops.path?.map(({ value }) => value).sort(), ['/first', '/second']);
  });

  it('shows the sites that its token is bound to', async () => {
    const url = `http://127.0.0.1:${server.port}`;
    const tokenOf = async (...sites: string[]) => {
      const { text } = await server.post('/api/v1/tokens', { name: 'top', scope: 'read', sites }, BEARER);
      return { environment: { HIT_TOKEN: (JSON.parse(text) as { token: string }).token } };
    };
    const one = await tokenOf('a.example');
    const { stdout } = await typed(top, ['--url', url], one);
    assert.match(stdout, /^a\.example {2}1 visitors?, 2 hits of all time/);
    const refused = /the token does not permit this site on .*: set --site to one that it is bound to/;
    assertFailed(await typed(top, ['--url', url, '--site', 'b.example'], one), 1, refused);
    const two = await tokenOf('a.example', 'b.example');
    assertFailed(
      await typed(top, ['--url', url], two),
      1,
      /check --site, which is required if the token is bound to several sites/,
    );
  });

  it('says what is wrong and what to do', async () => {
    const url = `http://127.0.0.1:${server.port}`;
    assertFailed(
      await typed(top, ['--url', url]),
      1,
      /requires a token for reading: set HIT_TOKEN or --token/,
    );
    assertFailed(
      await typed(top, ['--url', 'ftp://x']),
      2,
      /--url: it is not a URL such as http:\/\/host:5000/,
    );
    assertFailed(await typed(top, ['--url', 'http://user:secret@x']), 2, /use HIT_TOKEN/);
    assertFailed(await typed(top, ['--url', 'http://127.0.0.1:9']), 1, /does not answer/);
    assertFailed(
      await typed(top, ['--data-dir', join(folder, 'none')]),
      1,
      /no server runs on the data folder/,
    );
    assertFailed(await typed(top, ['x']), 2, /"x" is not expected/);
  });
});
