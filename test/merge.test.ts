/** Nodes that each saw a part of the traffic, compared with one that saw all of it. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { merge as mergeCommand } from '../src/commands/merge.ts';
import type { LiveAnswer } from '../src/http/live-answer.ts';
import type { MergeAnswer } from '../src/http/peers/merged-answer.ts';
import { type AnyServer, assertProblem, BEARER, TOKEN } from './fixtures/any-server.ts';
import { assertFailed, type Ended } from './fixtures/command-line.ts';
import { file } from './fixtures/file-scope.ts';
import { scaledTimeout } from './fixtures/scaled-timeout.ts';
import { sendHits, snapshotOf, TWIN_SITES, Twins, twinHit, urlOf } from './fixtures/twins.ts';
import { typed } from './fixtures/typed-command.ts';

const SITES = TWIN_SITES;
const HITS = 4000;
const WINDOWS = '1h,24h,30d';

let folder = '';
let nodes: Twins;
let first: AnyServer;
let second: AnyServer;
/** The node that saw all traffic. */
let whole: AnyServer;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hit-tracker-'));
  nodes = new Twins(file, folder);
  first = await nodes.start('first');
  second = await nodes.twinOf('first', 'second');
  whole = await nodes.twinOf('first', 'whole');
  const [ours, theirs] = [[], []] as [object[], object[]];
  for (let i = 0; i < HITS; i++) (i % 3 === 0 ? ours : theirs).push(twinHit(i));
  await Promise.all([sendHits(first, ours), sendHits(second, theirs), sendHits(whole, [...ours, ...theirs])]);
});
after(async () => {
  for (const server of [first, second, whole]) await server[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

function merge(args: readonly string[], environment: Record<string, string> = {}): Promise<Ended> {
  return typed(mergeCommand, args, { environment: { HIT_TOKEN: TOKEN, ...environment } });
}

async function mergedBy(...args: string[]): Promise<MergeAnswer> {
  const { code, stdout, stderr } = await merge(['--json', ...args]);
  assert.equal(code, 0, stderr);
  assert.equal(stderr, '');
  return JSON.parse(stdout) as MergeAnswer;
}

describe('the sketches of two nodes, merged', { timeout: scaledTimeout(60_000) }, () => {
  for (const site of ['', ...SITES]) {
    it(`equal those of a node that saw all traffic, cell by cell, for ${site || 'all sites'}`, async () => {
      const [ours, theirs, all] = await Promise.all(
        [first, second, whole].map((server) => snapshotOf(server, site)),
      );
      const { seen, ring } = ours!.state.windows!;
      seen.merge(theirs!.state.windows!.seen);
      ring.merge(theirs!.state.windows!.ring);
      assert.deepEqual(seen.cells, all!.state.windows!.seen.cells);
      assert.deepEqual(ring.levels, all!.state.windows!.ring.levels);
      assert.equal(ours!.state.total.hits + theirs!.state.total.hits, all!.state.total.hits);
      if (site === '') {
        ours!.state.filter!.merge(theirs!.state.filter!);
        assert.deepEqual(ours!.state.filter!.words, all!.state.filter!.words);
      }
    });
  }

  it('require the token, for one site or for all, and do not exist for invalid sites', async () => {
    assertProblem(await first.send('/api/v1/sketch'), 401, 'unauthorized');
    assertProblem(await first.send('/api/v1/sketch?site=a%20b', { headers: BEARER }), 400, 'invalid');
    const { site, state } = await snapshotOf(first, 'nobody-was-here.example');
    assert.equal(site, 'nobody-was-here.example');
    assert.deepEqual(state.total, { hits: 0, visitors: 0 });
    assert.equal((await first.ask<LiveAnswer>('/api/v1/live?site=nobody-was-here.example')).total.hits, 0);
  });
});

describe('merge', { timeout: scaledTimeout(60_000), concurrency: 2 }, () => {
  for (const site of ['', ...SITES]) {
    it(`prints what a node that saw all traffic reports, for ${site || 'all sites'}`, async () => {
      const ofSite = site === '' ? [] : ['--site', site];
      const merged = await mergedBy(...ofSite, '--window', WINDOWS, urlOf(first), urlOf(second));
      const live = await whole.ask<LiveAnswer>(`/api/v1/live?site=${site}&window=${WINDOWS}`);
      assert.equal(merged.site, live.site);
      assert.deepEqual(merged.windows, live.windows);
      assert.equal(merged.total.hits, live.total.hits);
      assert.equal(merged.total.visitors_from, site === '' ? 'filter' : 'table');
      // Three standard errors of the table; the filter, sized for a million, is right to a visitor or two.
      const most = site === '' ? 2 : 0.03 * live.total.visitors;
      assert.ok(Math.abs(merged.total.visitors - live.total.visitors) <= most, JSON.stringify(merged.total));
      assert.deepEqual(
        merged.nodes.map(({ url }) => url),
        [urlOf(first), urlOf(second)],
      );
      assert.deepEqual(merged.warnings, []);
    });
  }

  it('prints what a single node reports', async () => {
    const merged = await mergedBy(urlOf(whole));
    const live = await whole.ask<LiveAnswer>('/api/v1/live');
    assert.deepEqual(merged.windows, live.windows);
    const { visitors_from: _, ...total } = merged.total;
    assert.deepEqual(total, live.total);
  });

  it('prints tables, and no secret', async () => {
    const { code, stdout, stderr } = await merge(['--window', '1h', urlOf(first), `${urlOf(second)}/`]);
    assert.equal(code, 0, stderr);
    assert.equal(stderr, '');
    assert.match(stdout, /^all sites on 2 of 2 nodes, \d{4}-/);
    assert.match(stdout, /^1h +[\d,]+ +[\d,]+ +[\d.]+$/m);
    assert.match(stdout, /^all time +4,000 +(?:89[5-9]|90\d)$/m);
    assert.match(stdout, new RegExp(`^${urlOf(first)} +1,334 +`, 'm'));
    assert.ok(!stdout.includes(TOKEN));
    for (const line of stdout.split('\n')) assert.ok(line.length <= 80);
  });

  it('takes a token for all nodes, or one for each', async () => {
    const nodes = [urlOf(first), urlOf(second)];
    const each = await merge(['--json', '--token', `${TOKEN},${TOKEN}`, ...nodes], { HIT_TOKEN: 'wrong' });
    assert.equal(each.code, 0, each.stderr);
    const wrong = await merge(['--token', `${TOKEN},not-its-token`, ...nodes]);
    assertFailed(wrong, 1, /refuses the token, or requires one/);
    assert.ok(wrong.stderr.includes(`${urlOf(second)}: `) && !wrong.stderr.includes(`${urlOf(first)}: `));
    assert.ok(!wrong.stderr.includes('not-its-token'));
    const many = await merge(['--token', 'secret-a,secret-b,secret-c', ...nodes]);
    assertFailed(many, 2, /3 tokens for 2 nodes/);
    assert.ok(!many.stderr.includes('secret'));
  });

  it('fails if a node does not answer, and with --partial merges the rest', async () => {
    const nodes = ['http://127.0.0.1:1', urlOf(first), urlOf(second)];
    const failed = await merge(nodes);
    assertFailed(failed, 1, /http:\/\/127\.0\.0\.1:1: nothing listens there; --partial merges the rest/);
    const { code, stdout, stderr } = await merge(['--partial', '--json', ...nodes]);
    assert.equal(code, 0);
    assert.equal(stderr, 'hit-tracker: left out http://127.0.0.1:1: nothing listens there\n');
    const merged = JSON.parse(stdout) as MergeAnswer;
    assert.equal(merged.total.hits, HITS);
    assert.deepEqual(merged.nodes.at(-1), { url: 'http://127.0.0.1:1', problem: 'nothing listens there' });
    assert.deepEqual(merged.warnings, ['left out http://127.0.0.1:1: nothing listens there']);
    assertFailed(await merge(['--partial', 'http://127.0.0.1:1']), 1, /nothing listens there$/m);
  });

  it('refuses a server that is not a Hit Tracker, and prints nothing from it on the terminal', async (t) => {
    const server = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/html' }).end('\u001b[2J<html>');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    t.after(() => server.close());
    const { port } = server.address() as AddressInfo;
    assertFailed(
      await merge([urlOf(first), `http://127.0.0.1:${port}`]),
      1,
      /not that of a Hit Tracker|does not answer like/,
    );
  });

  it('refuses nodes that identify visitors by different keys', async () => {
    await using stranger = await nodes.start('stranger');
    const failed = await merge(['--partial', urlOf(first), urlOf(stranger)]);
    assertFailed(failed, 1, /identifies visitors by other keys .* give all nodes the same secrets\.json/);
  });

  it('refuses to count a node twice, under one name or two', async () => {
    assertFailed(await merge([urlOf(first), `${urlOf(first)}/`]), 2, /is listed twice/);
    const alias = `http://localhost:${first.port}`;
    assertFailed(await merge([urlOf(first), alias]), 1, /are the same node: its hits would count twice/);
  });

  it('warns if nodes share keys but not the salt of the day', async () => {
    const secrets = JSON.parse(await readFile(join(folder, 'first', 'secrets.json'), 'utf8'));
    await mkdir(join(folder, 'unsalted'));
    await writeFile(join(folder, 'unsalted', 'secrets.json'), JSON.stringify({ ...secrets, salts: {} }));
    await using unsalted = await nodes.start('unsalted');
    const { code, stdout, stderr } = await merge(['--json', urlOf(first), urlOf(unsalted)]);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^hit-tracker: .* another salt .* on 2\d{3}-\d\d-\d\d: .* count twice\n$/);
    assert.equal((JSON.parse(stdout) as MergeAnswer).warnings.length, 1);
  });

  it('prints totals of nodes without windows, and refuses other queries', async () => {
    await using simple = await nodes.twinOf('first', 'simple', '--tracker', 'simple');
    await sendHits(simple, [{ site: SITES[0], visitor: 'v2' }]);
    const alone = await mergedBy(urlOf(simple));
    assert.deepEqual(alone.total, { hits: 1, visitors: 1, visitors_from: 'filter' });
    assert.deepEqual(alone.windows, []);
    assertFailed(await merge(['--window', '60s', urlOf(simple)]), 1, /keep no windows/);
    assertFailed(await merge(['--site', SITES[0]!, urlOf(simple)]), 1, /keep no windows/);
    assertFailed(await merge([urlOf(first), urlOf(simple)]), 1, /keep windows.* others do not/);
  });

  it('refuses invalid arguments before it queries any node', async () => {
    const nobody = 'http://127.0.0.1:1';
    assertFailed(await merge([]), 2, /name the URLs of nodes/);
    assertFailed(
      await merge(['--window', '5 minutes', nobody]),
      2,
      /window "5 minutes" is not a window such as/,
    );
    assertFailed(await merge(['--site', 'no host', nobody]), 2, /site is not a host name/);
    const secret = await merge(['http://:hunter2@127.0.0.1:1']);
    assertFailed(secret, 2, /the token: set HIT_TOKEN or --token/);
    assert.ok(!secret.stderr.includes('hunter2'));
  });
});
