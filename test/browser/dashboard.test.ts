/** The page with hits, as people use it. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { dashboardFiles } from '../../scripts/dashboard.ts';
import { FIREFOX } from '../fixtures/any-server.ts';
import { BROWSER_MISSING, browserProgram } from '../fixtures/browser.ts';
import {
  closeQuietly,
  Dashboard,
  keepScreenshot,
  overflow,
  PHONE,
  settled,
  themeOf,
} from '../fixtures/dashboard.ts';
import { onlyWithMoreRounds } from '../fixtures/rounds.ts';
import { scaledTimeout } from '../fixtures/scaled-timeout.ts';
import { visitsOf } from '../fixtures/visits.ts';

const DAY = 86_400_000;
/** Bytes. */
const MOST_SCRIPT = 60_000;
const SITES = ['example.com', 'docs.example.com', 'shop.example.org'];

const program = await browserProgram();

/** The number of a tile, once it is shown. */
async function figure(page: Page, name: string): Promise<number> {
  const value = page
    .getByRole('button', { name: new RegExp(`^${name}`) })
    .locator('.tile-value:not(.awaited)');
  return Number((await value.innerText()).replaceAll(',', ''));
}

describe('the page', { skip: program === undefined && BROWSER_MISSING }, async () => {
  if (program === undefined) return;
  const dashboard = await Dashboard.start(program);

  before(async () => {
    const to = Date.now() - 60_000;
    await dashboard.send(visitsOf({ from: to - 40 * DAY, to, count: 1500, sites: SITES }));
  });

  test('a click on a row filters, the address shows it, and going back removes the filter', async () => {
    const open = await dashboard.open('?period=30d');
    const { page } = open;
    await settled(page);
    const all = await figure(page, 'Hits');
    await page.getByRole('button', { name: /^Germany/ }).click();
    const chip = page.getByRole('button', { name: 'Edit filter Country is Germany' });
    await chip.waitFor();
    await settled(page);
    const some = await figure(page, 'Hits');
    assert.ok(some > 0 && some < all, `${some} of ${all}`);
    assert.equal(new URL(page.url()).searchParams.get('filter'), 'country=DE');

    await page.getByRole('button', { name: 'Invert filter Country is Germany' }).click();
    await settled(page);
    assert.equal(await figure(page, 'Hits'), all - some);

    await page.goBack();
    await page.goBack();
    await page.locator('.chip').waitFor({ state: 'detached' });
    await settled(page);
    assert.equal(await figure(page, 'Hits'), all);
    await closeQuietly(open);
  });

  test('opening an address restores its view, and a second click removes the filter', {
    skip: onlyWithMoreRounds(),
  }, async () => {
    const open = await dashboard.open(
      '?site=example.com&period=30d&compare=none&metric=hits&filter=path%3D%2Fpricing',
    );
    const { page } = open;
    await settled(page);
    const pages = page.getByRole('region', { name: 'Pages', exact: true });
    const row = pages.getByRole('button', { name: '/pricing' });
    assert.equal(new URL(page.url()).searchParams.get('filter'), 'path=/pricing');
    assert.equal(await row.getAttribute('aria-pressed'), 'true');
    assert.equal(await pages.locator('.rows tbody tr').count(), 1);
    assert.match(await page.getByRole('button', { name: /^Site:/ }).innerText(), /example\.com/);
    assert.equal(await page.getByRole('button', { name: /^Hits \d/ }).getAttribute('aria-pressed'), 'true');
    await row.click();
    await settled(page);
    assert.ok((await pages.locator('.rows tbody tr').count()) > 5);
    assert.equal(new URL(page.url()).searchParams.has('filter'), false);
    await closeQuietly(open);
  });

  test('keys select periods, go back and forth, compare, and show help', {
    skip: onlyWithMoreRounds(),
  }, async () => {
    const open = await dashboard.open('?period=30d');
    const { page } = open;
    await settled(page);
    const names = { r: 'Last 30 minutes', d: 'Today', e: 'Yesterday', w: 'Last 7 days', t: 'Last 30 days' };
    for (const [key, name] of Object.entries({
      ...names,
      m: 'This month',
      y: 'Last 12 months',
      a: 'All time',
    })) {
      const chosen = page.getByRole('button', { name: `Period: ${name}` });
      // A page that has just loaded may not listen yet.
      for (let tries = 0; tries < 5 && !(await chosen.isVisible()); tries++) {
        await page.keyboard.press(key);
        await chosen.waitFor({ timeout: scaledTimeout(4000) }).catch(() => undefined);
      }
      await chosen.waitFor();
    }
    await page.keyboard.press('w');
    await page.keyboard.press('ArrowLeft');
    assert.match(page.url(), /period=7d&date=\d{4}-\d\d-\d\d/);
    await page.keyboard.press('ArrowRight');
    await page.getByRole('button', { name: 'Period: Last 7 days' }).waitFor();
    await page.keyboard.press('x');
    await page.getByRole('button', { name: 'Compare: No comparison' }).waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await closeQuietly(open);
  });

  test('live numbers update as hits arrive, and those of the period follow', async () => {
    const open = await dashboard.open('?site=live.example&period=day');
    const { page } = open;
    const now = page.getByRole('region', { name: 'Now', exact: true });
    const hits = now.locator('dd').nth(1);
    const seen = new Set<number>();
    for (const end = Date.now() + scaledTimeout(10_000); seen.size < 3 && Date.now() < end; ) {
      const hit = { site: 'live.example', url: 'https://live.example/', referrer: '', language: 'en' };
      const who = {
        address: `2.21.17.${seen.size}`,
        user_agent: FIREFOX,
      };
      await dashboard.send([{ ...hit, ...who, time: new Date().toISOString() }]);
      await page.waitForTimeout(150);
      seen.add(Number(await hits.innerText()) || 0);
    }
    assert.ok(seen.size >= 3, `only ${[...seen]}`);
    const numbers = [...seen];
    assert.deepEqual(
      numbers,
      numbers.toSorted((a, b) => a - b),
    );
    const slider = now.getByRole('slider');
    await slider.focus();
    await page.keyboard.press('Home');
    await now.getByText('10 seconds').waitFor();
    // The period is refreshed by itself.
    await page
      .getByRole('button', { name: /^Hits \d/ })
      .locator('.tile-value', { hasText: /^[1-9]/ })
      .waitFor({ timeout: scaledTimeout(30_000) });
    await closeQuietly(open);
  });

  test('a dialog lists all rows, searches them, and exports them as CSV', {
    skip: onlyWithMoreRounds(),
  }, async () => {
    const open = await dashboard.open('?period=30d');
    const { page } = open;
    await settled(page);
    await page.getByRole('button', { name: 'All pages' }).click();
    const dialog = page.getByRole('dialog', { name: 'Pages' });
    await dialog.getByRole('button', { name: /^\/contact/ }).waitFor();
    await dialog.getByRole('searchbox').fill('DOCS');
    assert.equal(await dialog.locator('.rows tbody tr').count(), 3);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      dialog.getByRole('button', { name: 'Download as CSV' }).click(),
    ]);
    const lines = (await readFile(await download.path(), 'utf8')).split('\r\n');
    assert.equal(lines.length, 5);
    assert.match(lines[0]!, /^\uFEFFPage,Visitors,Page views,Share,.*,Visitors before,/);
    assert.match(lines[1]!, /^\/docs\/getting-started,\d+,\d+,0\.\d+,/);
    assert.match(download.suggestedFilename(), /^all-sites-\d{4}-\d\d-\d\d-\d{4}-\d\d-\d\d-pages\.csv$/);
    await dialog.getByRole('button', { name: /^\/docs\/api/ }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Edit filter Page is /docs/api' }).waitFor();
    await closeQuietly(open);
  });

  test('the JavaScript of the first view is under 60 kB gzipped', {
    skip: onlyWithMoreRounds(),
  }, async () => {
    const open = await dashboard.open('?period=30d');
    const { page } = open;
    const loaded: string[] = [];
    page.on('response', (response) => loaded.push(new URL(response.url()).pathname));
    await page.reload();
    await page.locator('.u-over').waitFor();
    await settled(page);
    const scripts = dashboardFiles().filter(({ name }) => name.endsWith('.js'));
    const first = scripts.filter(({ name }) => loaded.includes(`/dashboard/assets/${name}`));
    const total = first.reduce((sum, { gzip }) => sum + gzip, 0);
    assert.ok(first.length > 1 && first.length < scripts.length);
    assert.ok(total < MOST_SCRIPT, `${total} bytes`);
    await closeQuietly(open);
  });

  test('the theme follows the system, or the selection, which survives a reload', {
    skip: onlyWithMoreRounds(),
  }, async () => {
    const open = await dashboard.open('?period=30d', { colorScheme: 'dark' });
    const { page } = open;
    await settled(page);
    assert.equal(await themeOf(page), 'dark');
    await keepScreenshot(page, 'dark');
    await page.getByRole('button', { name: /^Colours: auto/ }).click();
    assert.equal(await themeOf(page), 'light');
    await page.reload();
    await settled(page);
    assert.equal(await themeOf(page), 'light');
    await keepScreenshot(page, 'light');
    await closeQuietly(open);
  });

  test('a phone shows everything without horizontal scrolling', { skip: onlyWithMoreRounds() }, async () => {
    const open = await dashboard.open('?period=30d&filter=country%3DUS', {
      viewport: PHONE,
      hasTouch: true,
      isMobile: true,
    });
    const { page } = open;
    await settled(page);
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      await keepScreenshot(page, `phone-${colorScheme}`);
    }
    assert.equal(await overflow(page), 0);
    await page.getByRole('button', { name: /^Period:/ }).tap();
    await page.getByRole('menuitemradio', { name: /Today/ }).tap();
    await page.getByRole('button', { name: 'Period: Today' }).waitFor();
    await closeQuietly(open);
  });
});
