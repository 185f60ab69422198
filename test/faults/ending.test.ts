/** Programs that are asked to stop: cleanly if there is something to finish, at once if there is not. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, it } from 'node:test';
import type { Stats } from '../../src/index.ts';
import { UNFINISHED } from '../fixtures/any-server.ts';
import { Program } from '../fixtures/command-line.ts';
import { RunningServer } from '../fixtures/running-server.ts';
import { scaledTimeout } from '../fixtures/scaled-timeout.ts';
import { temporaryFolder } from '../fixtures/temporary.ts';

const options = { timeout: scaledTimeout(60_000) };

describe('a server that is asked to stop', () => {
  it(
    'finishes pending requests, does not wait for idle connections, and loses nothing',
    options,
    async (t) => {
      const data = temporaryFolder(t);
      const ending = await RunningServer.start(data);
      // It stops with open connections: one idle, one in the middle of a header, one in the middle of a body.
      const sockets = ['', 'GET / HTTP/1.1\r\nhos', UNFINISHED].map((bytes) => ending.connect(bytes));
      await Promise.all(sockets.map((socket) => once(socket, 'connect')));

      let answered = 0;
      const hits = Array.from({ length: 400 }, async () => {
        const { status } = await ending.send('/hit.gif?site=end.example');
        assert.equal(status, 200);
        if (++answered === 50) ending.child.kill('SIGTERM');
      });
      const outcomes = await Promise.allSettled(hits);
      const refused = outcomes.filter(({ status }) => status === 'rejected');
      for (const { reason } of refused as PromiseRejectedResult[]) assert.match(reason.code, /^ECONN/);
      const { code, stderr } = await ending.ended;
      assert.equal(code, 0, stderr);

      await using again = await RunningServer.start(data);
      assert.equal((await again.total('end.example')).hits, answered);
      const { totals } = await again.ask<Stats>('/api/v1/stats?site=end.example');
      assert.equal(totals.hits, answered);
    },
  );

  it('twice at the same time, as by npm, which forwards signals, stops cleanly', options, async (t) => {
    await using server = await RunningServer.start(temporaryFolder(t));
    server.child.kill('SIGINT');
    server.child.kill('SIGTERM');
    const { code, stderr } = await server.ended;
    assert.equal(code, 0, stderr);
  });

  it('after its output pipe was closed stops cleanly', options, async (t) => {
    await using server = await RunningServer.start(temporaryFolder(t), '--log-level', 'info');
    server.child.stdout!.destroy();
    assert.equal((await server.send('/')).status, 200);
    const { code, stderr } = await server.ended;
    assert.equal(code, 0, stderr);
    assert.match(stderr, /shutting down: storing acknowledged hits/);
  });
});

describe('a program whose store does not respond', () => {
  for (const name of ['serve', 'import', 'report']) {
    it(`stops with one Ctrl-C: ${name}`, options, async (t) => {
      const store = createServer().listen(0, '127.0.0.1');
      await once(store, 'listening');
      t.after(() => store.close());
      const address = store.address();
      assert.ok(typeof address === 'object' && address);
      const args = ['--data-dir', temporaryFolder(t), '--store', `clickhouse://127.0.0.1:${address.port}/db`];
      await using program = new Program([name, ...args, ...(name === 'import' ? ['-'] : [])]);
      await once(store, 'connection');
      program.child.kill('SIGINT');
      await program.ended;
      assert.equal(program.child.signalCode, 'SIGINT', program.stderr);
    });
  }
});
