/** A period whose hits are purged still shows what rollups and visits know of it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BEARER, FIREFOX } from '../fixtures/any-server.ts';
import { BROWSER_MISSING, browserProgram } from '../fixtures/browser.ts';
import { run } from '../fixtures/command-line.ts';
import { closeQuietly, Dashboard, settled } from '../fixtures/dashboard.ts';

const SITE = 'purged.example';
const DAY = 86_400_000;
const program = await browserProgram();

describe('a purged period', { skip: program === undefined && BROWSER_MISSING }, async () => {
  if (program === undefined) return;
  const dashboard = await Dashboard.start(program);

  test('has its visitors, hits and rankings, and a dash for what is unknown', async () => {
    const now = Date.now();
    const hits = Array.from({ length: 60 }, (_, at) => ({
      ...{ site: SITE, user_agent: FIREFOX, visitor: `v${at % 12}`, path: `/${at % 5}` },
      time: new Date(now - 25 * DAY + (at % 20) * DAY).toISOString(),
    }));
    assert.equal((await dashboard.server.post('/api/v1/hits', hits, BEARER)).status, 202);
    const purged = await run(['purge', '--keep-hits', '10d', '--data-dir', dashboard.dataDir]);
    assert.equal(purged.code, 0, purged.stderr);
    const open = await dashboard.open(`?site=${SITE}&period=30d`);
    const { page } = open;
    const card = page.getByRole('region', { name: 'Pages', exact: true });
    await card.getByText('Some hits of this period are purged.').waitFor();
    await settled(page);
    const tile = (name: string) =>
      page
        .getByRole('button', { name: new RegExp(`^${name} `) })
        .locator('.tile-value')
        .innerText();
    assert.equal(await tile('Visitors'), '12');
    assert.equal(await tile('Hits'), '60');
    assert.equal(await tile('Page views'), '–');
    const shown = await Promise.all(
      (await card.getByRole('row').all()).slice(1).map(async (row) => (await row.innerText()).split(/\s+/)),
    );
    const expected = [0, 1, 2, 3, 4].map((path) => {
      const own = hits.filter((hit) => hit.path === `/${path}`);
      return [`/${path}`, String(new Set(own.map(({ visitor }) => visitor)).size), String(own.length)];
    });
    assert.deepEqual(shown.sort(), expected);

    // Until the counts have come, there are no dashes.
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    await page.route('**/api/v1/top?*', async (route) => {
      await released;
      await route.continue();
    });
    await Promise.all([page.waitForRequest(/\/api\/v1\/top\?by=path/), page.reload()]);
    await card.locator('.skeleton').waitFor();
    assert.equal(await card.getByText('–').count(), 0);
    release();
    await card.getByText('/4').waitFor();
    await settled(page);
    await closeQuietly(open);
  });
});
