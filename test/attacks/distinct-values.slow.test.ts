/** Hits without end of which no two share a value: whatever remembers values must forget some. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertProblem, BEARER } from '../fixtures/any-server.ts';
import { memoryGroup, NO_MEMORY_GROUP } from '../fixtures/memory-group.ts';
import { rounds } from '../fixtures/rounds.ts';
import { RunningServer } from '../fixtures/running-server.ts';
import { scaledTimeout } from '../fixtures/scaled-timeout.ts';
import { temporaryFolder } from '../fixtures/temporary.ts';

const SITE = 'distinct.example';
const BATCH = 5000;
/** A server whose memory was not bounded was killed after 55,000 of them. */
const HITS = rounds(735_000, 60_000, 60_000);
/** What `docs/operations.md` says that a server needs: the kernel kills one that takes more. */
const LEAST = 384 * 2 ** 20;

/** Lines of a batch, each with a page, visitor, browser, source, campaign, event and property of its own. */
function linesFrom(first: number): string {
  return Array.from({ length: BATCH }, (_, line) => {
    const at = first + line;
    const version = `${100 + (at % 900)}.${at}`;
    return JSON.stringify({
      ...{ site: SITE, path: `/page-${at}?utm_campaign=c${at}&utm_source=s${at}`, visitor: `visitor ${at}` },
      ...{ title: `Title ${at}`, referrer: `https://source-${at}.example/from/${at}` },
      ...{ name: `event ${at}`, props: { [`key${at % 1000}`]: `value ${at}` } },
      user_agent: `Mozilla/5.0 (X11; Linux x86_64; rv:${version}) Gecko/20100101 Firefox/${version}`,
    });
  }).join('\n');
}

test(`${HITS} hits of which no two share a value are counted in ${LEAST / 2 ** 20} MiB`, {
  timeout: scaledTimeout(900_000),
}, async (t) => {
  const group = memoryGroup(t, LEAST);
  if (group === undefined) return t.skip(NO_MEMORY_GROUP);
  process.env.NODE_OPTIONS = group;
  await using server = await RunningServer.start(temporaryFolder(t), '--rate-limit', 'off');
  for (let sent = 0; sent < HITS; sent += BATCH) {
    const { status, text } = await server.send('/api/v1/hits', {
      method: 'POST',
      headers: { ...BEARER, 'content-type': 'application/x-ndjson' },
      body: linesFrom(sent),
    });
    assert.deepEqual([status, JSON.parse(text)], [202, { accepted: BATCH, dropped: {}, errors: [] }]);
    // What a reader asks for at the same time, and what it remembers.
    for (const by of ['path', 'source', 'utm_campaign', 'referrer', 'name']) {
      const top = await server.send(`/api/v1/top?by=${by}&site=${SITE}`, { headers: BEARER });
      // A ranking of so many values may be refused, with its reason.
      if (top.status !== 200)
        assert.match(assertProblem(top, 504, 'query_timeout').detail, /too much memory/);
    }
  }
  const { totals } = await server.ask<{ totals: { hits: number; visitors: number } }>(
    `/api/v1/stats?site=${SITE}`,
  );
  assert.equal(totals.hits, HITS);
  assert.ok(Math.abs(totals.visitors / HITS - 1) < 0.05, `${totals.visitors} visitors`);
  assert.equal(server.child.exitCode, null);
  assert.equal((await server.stop()).code, 0);
});
