/** A server that goes down and comes back, while the page stays open. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BROWSER_MISSING, browserProgram } from '../fixtures/browser.ts';
import { Dashboard, keepScreenshot, settled } from '../fixtures/dashboard.ts';
import { RunningServer } from '../fixtures/running-server.ts';
import { scaledTimeout } from '../fixtures/scaled-timeout.ts';

const program = await browserProgram();

describe('a lost server', { skip: program === undefined && BROWSER_MISSING }, async () => {
  if (program === undefined) return;
  const servers: RunningServer[] = [];
  const dashboard = await Dashboard.start(program, async (dataDir) => {
    servers.push(await RunningServer.start(dataDir));
    return servers[0]!;
  });

  test('is reported, the last data stays, and updates resume when it is back', async () => {
    const { port } = dashboard.server;
    await dashboard.server.send('/hit.gif?site=a.example&path=/before');
    const { page } = await dashboard.open('?period=day');
    const rowOf = (path: string) =>
      page.getByRole('region', { name: 'Pages', exact: true }).getByRole('button', { name: path });
    const row = rowOf('/before');
    await row.waitFor();

    servers[0]!.child.kill('SIGKILL');
    await servers[0]!.ended;
    await page.getByText('Connection lost').waitFor();
    assert.ok(await row.isVisible());
    await page.getByRole('button', { name: 'All pages' }).click();
    await page.getByText('This part of the page could not be loaded.').waitFor();
    // A query while it is down is answered when it is back.
    await page.keyboard.press('w');
    await keepScreenshot(page, 'lost-server');

    dashboard.server = await RunningServer.start(dashboard.dataDir, '--port', String(port));
    await page.getByText('Connection lost').waitFor({ state: 'detached', timeout: scaledTimeout(30_000) });
    await dashboard.server.send('/hit.gif?site=a.example&path=/after');
    const hits = page.getByRole('region', { name: 'Now', exact: true }).locator('dd').nth(1);
    await hits.getByText('2', { exact: true }).waitFor({ timeout: scaledTimeout(30_000) });
    await page.getByRole('button', { name: 'Period: Last 7 days' }).waitFor();
    await settled(page);
    await row.waitFor();

    await page.reload();
    await rowOf('/after').waitFor();
    await page.context().close();
  });
});
