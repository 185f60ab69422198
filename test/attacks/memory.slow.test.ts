/** Little memory: the kernel kills a process that takes more than its control group has. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BEARER } from '../fixtures/any-server.ts';
import { memoryGroup, NO_MEMORY_GROUP } from '../fixtures/memory-group.ts';
import { RunningServer } from '../fixtures/running-server.ts';
import { scaledTimeout } from '../fixtures/scaled-timeout.ts';
import { temporaryFolder } from '../fixtures/temporary.ts';
import { storeHits } from './stored-load.ts';

const SITE = 'small.example';
const HITS = 300_000;
const MIB = 2 ** 20;
/** What `docs/operations.md` says that a server needs. */
const LEAST = 384 * MIB;

test('a server with 384 MiB stores hits, and answers the usual queries about them', {
  timeout: scaledTimeout(240_000),
}, async (t) => {
  const group = memoryGroup(t, LEAST);
  if (group === undefined) return t.skip(NO_MEMORY_GROUP);
  process.env.NODE_OPTIONS = group;
  await using server = await RunningServer.start(temporaryFolder(t), '--rate-limit', 'off');
  await storeHits(server, SITE, HITS);
  const query = async (dimensions: readonly string[]) => {
    const asked = { site: SITE, period: '90d', metrics: ['hits', 'visits', 'bounce_rate'], dimensions };
    const answer = await server.send('/api/v1/query', {
      method: 'POST',
      headers: { ...BEARER, 'content-type': 'application/json' },
      body: JSON.stringify({ ...asked, period: { from: '2020-01-01' } }),
    });
    assert.equal(answer.status, 200, answer.text);
    return JSON.parse(answer.text);
  };
  for (;;) {
    const { results, meta } = await query([]);
    if (meta.notes === undefined) {
      assert.deepEqual(results[0].metrics, [HITS, HITS / 3, 0]);
      break;
    }
    assert.ok(meta.notes[0].pending_since, JSON.stringify(meta));
  }
  for (const dimension of ['time:day', 'source', 'page', 'country', 'browser', 'entry_page']) {
    const { results } = await query([dimension]);
    assert.ok(results.length > 0, dimension);
  }
  for (const path of ['stats?interval=day&metrics=visits', 'top?by=path', 'top?by=source']) {
    const { status, text } = await server.send(`/api/v1/${path}&site=${SITE}`, { headers: BEARER });
    assert.equal(status, 200, text);
  }
  assert.equal(server.child.exitCode, null);
  assert.equal((await server.stop()).code, 0);
});
