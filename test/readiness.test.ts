/** `/readyz` tells the truth about each part, and is 503 exactly while a hit would be refused. */

import assert from 'node:assert/strict';
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { readyOf, readyWhen, upMetricOf } from './fixtures/readiness.ts';
import { scaledTimeout } from './fixtures/scaled-timeout.ts';
import { ServerHere } from './fixtures/server-here.ts';
import { temporaryFolder } from './fixtures/temporary.ts';

describe('readiness', { timeout: scaledTimeout(60_000) }, () => {
  test('is 503 while the folder of the spool is gone, as a hit is, and comes back with it', async (t) => {
    const folder = join(temporaryFolder(t), 'data');
    await using server = await ServerHere.start(t, folder, '--tracker', 'db');
    assert.deepEqual(readyOf(await server.send('/readyz')).components, {
      ...{ spool: 'up', store: 'up', rollups: 'up' },
    });
    renameSync(join(folder, 'spool'), join(folder, 'away'));
    assert.equal((await server.send('/hit.gif?site=a.example')).status, 503);
    const refused = await readyWhen(server, ({ status }) => status === 503);
    assert.equal(refused.components.spool, 'down');
    assert.ok(refused.problems!.some(({ code }) => code === 'spool'));
    assert.equal(await upMetricOf(server, 'spool'), '0');
    assert.equal((await server.send('/healthz')).status, 200);
    renameSync(join(folder, 'away'), join(folder, 'spool'));
    await readyWhen(server, ({ status }) => status === 200);
    assert.equal((await server.send('/hit.gif?site=a.example')).status, 200);
    assert.equal(await upMetricOf(server, 'spool'), '1');
  });
});
