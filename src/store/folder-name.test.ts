import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { openStore } from '../../test/fixtures/embedded-store.ts';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { segmentOf } from '../../test/fixtures/segments.ts';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';

// Many signs in each, since each store takes a while: of SQL, of patterns, of replacement.
for (const name of ["it's ünï 👋 back\\slash $$&$1", '{a,b} st*r?[x]^.+|( a::{b} "', '{1..3}']) {
  test(`the data folder may have the name ${name}`, { timeout: scaledTimeout(60_000) }, async (t) => {
    const folder = join(temporaryFolder(t), name);
    mkdirSync(folder);
    const store = await openStore(t, folder);
    await store.deliver(segmentOf(folder, 1n, [{}, {}]));
    const all = { site: '', from: 0, to: Date.UTC(2199, 0), bots: 'include', status: [], classes: [] };
    const [totals] = await store.rows<{ hits: string }>('totals', all);
    assert.equal(Number(totals?.hits), 2);
  });
}
