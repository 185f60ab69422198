/** From a new server to the first visible hit. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assertProblem, TOKEN } from '../fixtures/any-server.ts';
import { violations } from '../fixtures/axe.ts';
import { BROWSER_MISSING, browserProgram } from '../fixtures/browser.ts';
import { closeQuietly, Dashboard, keepScreenshot, overflow, PHONE } from '../fixtures/dashboard.ts';

const program = await browserProgram();

describe('first run', { skip: program === undefined && BROWSER_MISSING }, async () => {
  if (program === undefined) return;
  const dashboard = await Dashboard.start(program);

  test('without a token the page asks for it, refuses a wrong one, and opens with the right one', async () => {
    const { page } = await dashboard.open('', {}, '');
    const field = page.getByLabel('Admin token');
    await field.fill('not-the-token-at-all');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').waitFor();
    await keepScreenshot(page, 'sign-in');
    await field.fill(TOKEN);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Count your first hit' }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Count your first hit' }).waitFor();
    await page.context().close();
  });

  test('an address without a page says so to people, leads to the dashboard, and stays an error to programs', async () => {
    const { page } = await dashboard.open('');
    const response = await page.goto(`${dashboard.url}/dashbord/<script>`);
    assert.equal(response!.status(), 404);
    await page.getByRole('heading', { name: 'Page not found' }).waitFor();
    await keepScreenshot(page, 'not-found');
    assert.deepEqual(await violations(page), []);
    await page.setViewportSize(PHONE);
    assert.equal(await overflow(page), 0);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${dashboard.url}/dashboard`);
    await page.context().close();
    assertProblem(await dashboard.server.send('/dashbord'), 404, 'not_found');
    const headers = { accept: 'text/html' };
    assertProblem(await dashboard.server.send('/api/v1/stat', { headers }), 404, 'not_found');
    assertProblem(await dashboard.server.send('/hits', { method: 'POST', headers }), 404, 'not_found');
  });

  test('the printed link opens the page, its token is removed from the address, and the first hit appears by itself', async () => {
    const open = await dashboard.open();
    const { page } = open;
    await page.getByRole('heading', { name: 'Count your first hit' }).waitFor();
    assert.doesNotMatch(page.url(), /token/);
    const field = page.getByLabel('Which site do you want to count?');
    await field.fill('not a site');
    await page.getByText('Enter a host name').waitFor();
    assert.ok(await page.getByRole('button', { name: 'Send a test hit' }).isDisabled());
    await field.fill('https://Shop.example/about');
    const snippet = await page.locator('.snippet pre').innerText();
    assert.ok(
      snippet.startsWith(`<script defer src="${dashboard.url}/script.js" data-site="shop.example"></script>`),
    );
    await keepScreenshot(page, 'first-run');

    await page.getByRole('button', { name: 'Send a test hit' }).click();
    await page.getByRole('row', { name: /^\/ 1 1 / }).waitFor();
    await page
      .getByRole('button', { name: /^Visitors/ })
      .getByText('1', { exact: true })
      .waitFor();
    await closeQuietly(open);
  });
});
