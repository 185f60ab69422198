/** Axe finds no problems: in both themes, at both widths, on each page and dialog. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { SOME_LOOKS, violations } from '../fixtures/axe.ts';
import { BROWSER_MISSING, browserProgram } from '../fixtures/browser.ts';
import { closeQuietly, Dashboard, keepScreenshot, PHONE, settled, WIDE } from '../fixtures/dashboard.ts';
import { visitsOf } from '../fixtures/visits.ts';

const DAY = 86_400_000;
const program = await browserProgram();

describe('accessibility', { skip: program === undefined && BROWSER_MISSING }, async () => {
  if (program === undefined) return;
  const dashboard = await Dashboard.start(program);

  test('the page without a token, and the page of a first run', async () => {
    const stranger = await dashboard.open('', {}, '');
    await stranger.page.getByLabel('Admin token').waitFor();
    assert.deepEqual(await violations(stranger.page), []);
    await closeQuietly(stranger);
    const open = await dashboard.open();
    await open.page.getByRole('heading', { name: 'Count your first hit' }).waitFor();
    assert.deepEqual(await violations(open.page), []);
    await closeQuietly(open);
  });

  test('the API’s page', async () => {
    const open = await dashboard.open('', {}, '');
    const { page, strangers } = open;
    await page.goto(`${dashboard.url}/docs`);
    assert.deepEqual(await violations(page), []);
    // In order of width, the last one is a phone.
    const width = await page.evaluate<number>('document.documentElement.scrollWidth');
    assert.ok(width <= PHONE.width, `${width} wide`);
    assert.deepEqual(strangers, []);
    await closeQuietly(open);
  });

  describe('with hits', () => {
    before(async () => {
      const to = Date.now();
      await dashboard.send(
        visitsOf({ from: to - 20 * DAY, to, count: 400, sites: ['a.example', 'b.example'] }),
      );
    });

    test('the page with a filter, and its menus and dialogs', async () => {
      const open = await dashboard.open('?period=30d&filter=country!%3DXX');
      const { page } = open;
      await settled(page);
      await page.locator('.u-over').waitFor();
      assert.deepEqual(await violations(page), []);
      for (const name of [/^Period:/, 'All countries', 'Show as a table', /Keyboard shortcuts/]) {
        await page.getByRole('button', { name }).click();
        await page.locator('dialog, [role=menu]').waitFor();
        assert.deepEqual(await violations(page, SOME_LOOKS), [], String(name));
        await page.keyboard.press('Escape');
        await page.locator('dialog, [role=menu]').waitFor({ state: 'detached' });
      }
      await closeQuietly(open);
    });

    test('the settings, with a token just created', async () => {
      const open = await dashboard.open();
      const { page } = open;
      await page.getByRole('link', { name: 'Settings' }).click();
      await page.getByRole('heading', { name: 'Health' }).waitFor();
      await settled(page);
      await page.getByLabel('Name', { exact: true }).fill('reports');
      await page.getByRole('button', { name: 'Create token' }).click();
      await page.getByText('will not be shown again').waitFor();
      await page.getByText('Reads statistics of all sites.').waitFor();
      await page.getByLabel('Name', { exact: true }).fill('one site');
      await page.getByLabel(/^Limit to sites/).fill('A.example, b.example');
      await page.getByRole('button', { name: 'Create token' }).click();
      await page.getByText('Reads statistics of a.example, b.example.').waitFor();
      await page.getByRole('button', { name: /^Snippet of a\.example/ }).click();
      assert.deepEqual(await violations(page), []);
      for (const [name, viewport] of [
        ['settings', WIDE],
        ['settings-phone', PHONE],
      ] as const) {
        await page.setViewportSize(viewport);
        await keepScreenshot(page, name);
      }
      await closeQuietly(open);
    });
  });
});
