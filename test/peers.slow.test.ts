/** Nodes that share nothing, queried as one, compared with one that saw all traffic. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LiveAnswer } from '../src/http/live-answer.ts';
import type { PeersAnswer } from '../src/http/peers/peers.ts';
import type { AnyServer } from './fixtures/any-server.ts';
import { file } from './fixtures/file-scope.ts';
import type { RunningServer } from './fixtures/running-server.ts';
import { scaledTimeout } from './fixtures/scaled-timeout.ts';
import { sendHits, snapshotOf, TWIN_SITES, Twins, twinHit, urlOf } from './fixtures/twins.ts';

const HITS = 3000;
const WINDOWS = 'window=1h,24h,30d';

/** Starts what has to know its port beforehand: one that was free a moment ago, and another if it no longer is. */
async function onKnownPort<Started>(start: (port: string) => Promise<Started>): Promise<Started> {
  for (let tries = 0; ; tries++) {
    const probe = createServer();
    await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
    const { port } = probe.address() as AddressInfo;
    await new Promise((resolve) => probe.close(resolve));
    try {
      return await start(String(port));
    } catch (error) {
      if (tries >= 5 || !/another program uses it/.test(String(error))) throw error;
    }
  }
}

describe('three nodes that are peers', { timeout: scaledTimeout(60_000) }, () => {
  let folder = '';
  let first: RunningServer;
  let second: AnyServer;
  /** The queried node, which counts too. */
  let door: AnyServer;
  let whole: AnyServer;
  let twins: Twins;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hit-tracker-'));
    twins = new Twins(file, folder);
    first = await twins.startApart('first');
    second = await twins.twinOf('first', 'second');
    door = await twins.twinOf('first', 'door', '--peers', `${urlOf(first)},${urlOf(second)}/`);
    whole = await twins.twinOf('first', 'whole');
    const hits = Array.from({ length: HITS }, (_, i) => twinHit(i));
    await Promise.all([
      ...[first, second, door].map((node, i) =>
        sendHits(
          node,
          hits.filter((_, n) => n % 3 === i),
        ),
      ),
      sendHits(whole, hits),
    ]);
  });
  after(async () => {
    for (const node of [first, second, door, whole]) await node[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  for (const site of ['', ...TWIN_SITES]) {
    it(`together have the table of one that saw all traffic, cell by cell, for ${site || 'all sites'}`, async () => {
      const [own, ...others] = await Promise.all([door, first, second].map((node) => snapshotOf(node, site)));
      const { seen, ring } = own!.state.windows!;
      for (const { state } of others) {
        seen.merge(state.windows!.seen);
        ring.merge(state.windows!.ring);
      }
      const all = await snapshotOf(whole, site);
      assert.deepEqual(seen.cells, all.state.windows!.seen.cells);
      assert.deepEqual(ring.levels, all.state.windows!.ring.levels);
    });

    it(`answer like that one, for ${site || 'all sites'}`, async () => {
      const merged = await door.ask<PeersAnswer>(`/api/v1/live?site=${site}&${WINDOWS}`);
      const live = await whole.ask<LiveAnswer>(`/api/v1/live?site=${site}&${WINDOWS}`);
      assert.deepEqual(merged.windows, live.windows);
      assert.equal(merged.total.hits, live.total.hits);
      const most = site === '' ? 2 : 0.03 * live.total.visitors;
      assert.ok(Math.abs(merged.total.visitors - live.total.visitors) <= most);
      assert.deepEqual([merged.partial, merged.warnings], [false, []]);
      assert.deepEqual(
        merged.nodes.map(({ url }) => url),
        ['', urlOf(first), urlOf(second)],
      );
    });
  }

  it('each return only what they have seen themselves, if requested', async () => {
    const alone = await door.ask<LiveAnswer>('/api/v1/live?peers=false');
    assert.equal(alone.total.hits, HITS / 3);
    assert.ok(!('nodes' in alone));
  });

  it('answer partially while one is silent, and say so, and completely when it is back', async () => {
    const silent = first;
    silent.child.kill('SIGSTOP');
    // Answers of peers are cached for half a second.
    await sleep(600);
    try {
      const answer = await door.ask<PeersAnswer>(`/api/v1/live?${WINDOWS}`);
      assert.equal(answer.partial, true);
      assert.equal(answer.total.hits, (HITS / 3) * 2);
      assert.deepEqual(answer.nodes.at(-1), { url: urlOf(silent), problem: 'no answer within 2 s' });
      assert.match(answer.warnings.join(), /left out .* no answer within 2 s/);
      const metrics = await door.send('/metrics', {
        headers: { authorization: 'Bearer a-token-for-the-tests' },
      });
      assert.ok(metrics.text.includes(`hit_tracker_peer_up{peer="${urlOf(silent)}"} 0`));
      assert.ok(metrics.text.includes(`hit_tracker_peer_up{peer="${urlOf(second)}"} 1`));
    } finally {
      silent.child.kill('SIGCONT');
    }
    const again = await door.ask<PeersAnswer>(`/api/v1/live?site=${TWIN_SITES[0]}&${WINDOWS}`);
    assert.deepEqual([again.partial, again.total.hits], [false, HITS / 2]);
  });

  it('leave out one that identifies visitors by other keys', async () => {
    for (const [name, args, problem] of [
      ['a', ['--peer-token', 'a-token-of-peers'], /identifies visitors by other keys than this node,/],
      ['b', [], /refuses the token.*same secrets\.json/],
    ] as const) {
      await using stranger = await twins.start(`stranger-${name}`, ...args);
      const peers = `${urlOf(stranger)},${urlOf(first)}`;
      await using asked = await twins.twinOf('first', `asked-${name}`, '--peers', peers, ...args);
      const answer = await asked.ask<PeersAnswer>('/api/v1/live');
      assert.equal(answer.partial, true);
      const left = answer.nodes.find(({ url }) => url === urlOf(stranger))!;
      assert.match('problem' in left ? left.problem : '', problem);
    }
  });

  it('may list themselves: none is counted twice', async () => {
    await using self = await onKnownPort((port) => {
      const own = `http://127.0.0.1:${port}`;
      const args = ['--host', '127.0.0.1', '--port', port, '--peers', `${own},${urlOf(first)}`];
      return twins.twinOf('first', 'self', ...args);
    });
    const { partial, nodes } = await self.ask<PeersAnswer>('/api/v1/live');
    assert.equal(partial, false);
    assert.deepEqual(
      nodes.map(({ url }) => url),
      ['', urlOf(first)],
    );
  });
});
