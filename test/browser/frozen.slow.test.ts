/** A server that hangs, and figures that follow what is live. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { BEARER, FIREFOX } from '../fixtures/any-server.ts';
import { BROWSER_MISSING, browserProgram } from '../fixtures/browser.ts';
import { Dashboard } from '../fixtures/dashboard.ts';
import { RunningServer } from '../fixtures/running-server.ts';
import { scaledTimeout } from '../fixtures/scaled-timeout.ts';

/** On an idle machine, five times as long. */
const TEN_SECONDS = 2000;
const FIVE_SECONDS = 1000;
const program = await browserProgram();

describe('the live view', { skip: program === undefined && BROWSER_MISSING }, async () => {
  if (program === undefined) return;
  const dashboard = await Dashboard.start(program, (dataDir) => RunningServer.start(dataDir));
  const now = (page: Page) => page.getByRole('region', { name: 'Now', exact: true });
  const send = (count: number, site = 'live.example') =>
    dashboard.server.post(
      '/api/v1/hits',
      Array.from({ length: count }, (_, at) => ({
        ...{ site, path: '/', visitor: `v${at}`, user_agent: FIREFOX },
      })),
      BEARER,
    );

  test('the tile has the hits that Now has, five seconds after they were sent', async () => {
    assert.equal((await send(3)).status, 202);
    const { page } = await dashboard.open('?site=live.example&period=day');
    const hits = now(page).locator('dd').nth(1);
    const tile = page.getByRole('button', { name: /^Hits \d/ }).locator('.tile-value');
    const visits = page.getByRole('button', { name: /^Visits \d/ }).locator('.tile-value');
    await tile.getByText('3', { exact: true }).waitFor();
    let sent = 3;
    for (const count of [5, 40, 1]) {
      sent += count;
      assert.equal((await send(count)).status, 202);
      const text = String(sent);
      // Each has its own connection, so either may be first.
      for (const shown of [tile, hits])
        await shown
          .filter({ hasText: new RegExp(`^${text}$`) })
          .waitFor({ timeout: scaledTimeout(FIVE_SECONDS) });
    }
    await visits.getByText('40', { exact: true }).waitFor();
    await page.context().close();
  });

  test('the tile has hits that arrived after its answer, and before the page had live counts', async () => {
    const { page } = await dashboard.open('?site=early.example&period=day');
    const tile = page.getByRole('button', { name: /^Hits \d/ }).locator('.tile-value');
    const sending = Promise.withResolvers<void>();
    await page.route('**/api/v1/live/events?*', async (route) => {
      await sending.promise;
      await route.continue();
    });
    await page.reload();
    await tile.getByText('0', { exact: true }).waitFor();
    assert.equal((await send(4, 'early.example')).status, 202);
    sending.resolve();
    await tile.getByText('4', { exact: true }).waitFor();
    await page.context().close();
  });

  test('a frozen server is noticed within ten seconds, and when it goes on, so does the page', async () => {
    const { page } = await dashboard.open('?site=live.example&period=day');
    await now(page).getByText('Now', { exact: true }).waitFor();
    const { child } = dashboard.server as RunningServer;
    child.kill('SIGSTOP');
    try {
      await now(page)
        .getByText('Reconnecting…')
        .waitFor({ timeout: scaledTimeout(TEN_SECONDS) });
      await page.getByText('Connection lost.').waitFor();
      // It does not come and go.
      for (const end = Date.now() + 8000; Date.now() < end; await page.waitForTimeout(100)) {
        assert.equal(await now(page).getByText('Reconnecting…').isVisible(), true);
      }
    } finally {
      child.kill('SIGCONT');
    }
    await now(page).getByText('Now', { exact: true }).waitFor();
    await page.getByText('Connection lost.').waitFor({ state: 'detached' });
    await page.context().close();
  });
});
