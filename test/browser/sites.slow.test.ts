/** The start page with many sites, and the list of sites in the settings. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { violations } from '../fixtures/axe.ts';
import { BROWSER_MISSING, browserProgram } from '../fixtures/browser.ts';
import {
  closeQuietly,
  Dashboard,
  keepScreenshot,
  overflow,
  PHONE,
  settled,
  WIDE,
} from '../fixtures/dashboard.ts';
import { bodiesOf, type VisitorHit, visitorsOf } from '../fixtures/visitor-hit.ts';

const DAY = 86_400_000;
const HOUR = 3_600_000;
const SITES = 120;
const program = await browserProgram();

interface Listed {
  readonly site: string;
  readonly hits: number;
}

/** A busy site has hits until now, a silent one none for the last twelve hours, and each other site has one. */
function sentHits(now: number): VisitorHit[] {
  const hits: VisitorHit[] = [];
  for (let at = 0; at < 3000; at++) {
    const site = at % 3 === 2 ? 'silent.example' : 'busy.example';
    const time = now - (at % 3 === 2 ? 12.2 * HOUR : 0) - (at * (40 * DAY)) / 3000;
    hits.push({ site, path: `/${at % 7}`, visitor: `v${at % 57}`, time });
  }
  for (let at = 2; at < SITES; at++) {
    hits.push({ site: `site-${at}.example`, path: '/', visitor: 'v', time: now - at * HOUR });
  }
  return hits;
}

/** Distinct visitors of a site from a time to another. */
function visitorsBetween(hits: readonly VisitorHit[], name: string, from: number, to: number): number {
  return visitorsOf(hits, ({ site, time }) => site === name && time >= from && time < to);
}

/** Texts of the cells of a site's row. */
async function cells(page: Page, site: string): Promise<string[]> {
  const row = page.getByRole('row').filter({ has: page.getByRole('link', { name: site, exact: true }) });
  return (await row.getByRole('cell').allInnerTexts()).map((text) => text.trim());
}

describe('the start page', { skip: program === undefined && BROWSER_MISSING }, async () => {
  if (program === undefined) return;
  const dashboard = await Dashboard.start(program);
  const now = Date.now() - 2000;
  const hits = sentHits(now);

  before(() => dashboard.send(bodiesOf(hits)));

  test('shows visitors, their change, current visitors and the last hit of each site as they were sent', async () => {
    const open = await dashboard.open();
    const { page } = open;
    await page.getByRole('heading', { name: `${SITES} sites` }).waitFor();
    await settled(page);
    await page
      .getByRole('row', { name: /^busy\.example/ })
      .getByText(/just now|\d min ago/)
      .waitFor();
    const today = new Date(now);
    const from = new Date(today.getFullYear(), today.getMonth(), today.getDate() - 29).getTime();
    const visitors = visitorsBetween(hits, 'busy.example', from, now + 1);
    const [shown, , live] = await cells(page, 'busy.example');
    assert.deepEqual(
      [shown, live],
      [String(visitors), String(visitorsBetween(hits, 'busy.example', now - 5 * 60_000, now + 1))],
    );
    const silent = await cells(page, 'silent.example');
    assert.equal(silent[0], String(visitorsBetween(hits, 'silent.example', from, now)));
    assert.deepEqual(silent.slice(2), ['0', 'no hits for 12 h']);
    assert.equal((await cells(page, 'site-2.example'))[3], '2 h ago');
    await page.locator('.sparkline polyline').nth(49).waitFor();
    await keepScreenshot(page, 'sites');
    await closeQuietly(open);
  });

  test('sorts by any column, searches, and leads to a site and back, by keyboard alone', async () => {
    const open = await dashboard.open();
    const { page } = open;
    await settled(page);
    const first = page.getByRole('rowheader').nth(1);
    assert.equal(await first.innerText(), 'busy.example');
    await page.getByRole('button', { name: 'Last hit' }).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    assert.match(await first.innerText(), /^site-119\.example$/);
    const search = page.getByRole('searchbox', { name: 'Search sites' });
    await search.focus();
    await page.keyboard.type('SILENT');
    assert.equal(await page.getByRole('rowheader').count(), 1);
    await page.getByRole('link', { name: 'silent.example' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Site: silent.example' }).waitFor();
    await settled(page);
    assert.equal(new URL(page.url()).searchParams.get('site'), 'silent.example');

    await page.getByRole('button', { name: 'Site: silent.example' }).click();
    await page.keyboard.type('site-77');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Site: site-77.example' }).waitFor();
    await page.getByRole('link', { name: 'All sites' }).click();
    await page.getByRole('heading', { name: `${SITES} sites` }).waitFor();
    await closeQuietly(open);
  });

  test('keeps its order and period while a site is looked at', async () => {
    const open = await dashboard.open();
    const { page } = open;
    await settled(page);
    await page.getByRole('button', { name: 'Site', exact: true }).click();
    await page.getByRole('button', { name: 'Period: Last 30 days' }).click();
    await page.getByRole('menuitemradio', { name: 'Last 7 days' }).click();
    await settled(page);
    await page.getByRole('rowheader').nth(2).getByRole('link').click();
    await page.getByRole('button', { name: 'Period: Last 7 days' }).waitFor();
    await page.goBack();
    await page.getByRole('heading', { name: `${SITES} sites` }).waitFor();
    await page.getByRole('button', { name: 'Period: Last 7 days' }).waitFor();
    assert.equal(
      await page.getByRole('columnheader', { name: 'Site' }).getAttribute('aria-sort'),
      'ascending',
    );
    await closeQuietly(open);
  });

  test('has no problems that axe finds, and fits a phone', async () => {
    const open = await dashboard.open();
    const { page } = open;
    await page.getByRole('heading', { name: `${SITES} sites` }).waitFor();
    await settled(page);
    assert.deepEqual(await violations(page), []);
    await page.setViewportSize(PHONE);
    assert.equal(await overflow(page), 0);
    await keepScreenshot(page, 'sites-phone');
    await closeQuietly(open);
  });

  test('the settings list ten sites at a time, and find the others', async () => {
    const open = await dashboard.open('?period=day');
    const { page } = open;
    await page.getByRole('link', { name: 'Settings' }).click();
    await page.getByRole('heading', { name: 'Health' }).waitFor();
    await settled(page);
    const height = await page.evaluate<number>('document.documentElement.scrollHeight');
    assert.ok(height < 4 * WIDE.height, `${height} pixels`);
    const lines = page.getByRole('region', { name: 'Sites' }).getByRole('listitem');
    assert.equal(await lines.count(), 10);
    await page.getByRole('button', { name: 'Next sites' }).click();
    await page.getByText(`11–20 of ${SITES}`).waitFor();
    await page.getByRole('searchbox', { name: 'Search sites' }).fill('site-111');
    await page.getByText('site-111.example', { exact: true }).waitFor();
    assert.equal(await lines.count(), 1);
    await page.getByRole('link', { name: 'Dashboard' }).click();
    await page.getByRole('button', { name: 'Period: Today' }).waitFor();
    await closeQuietly(open);
  });

  test('a site is deleted in the settings once its name is typed, and the others stay', async () => {
    const open = await dashboard.open('?period=day');
    const { page } = open;
    await page.getByRole('link', { name: 'Settings' }).click();
    const sites = page.getByRole('region', { name: 'Sites' });
    await sites.getByRole('searchbox', { name: 'Search sites' }).fill('silent');
    await sites.getByRole('button', { name: 'Delete site silent.example' }).click();
    const form = sites.getByRole('form', { name: 'Delete site silent.example' });
    const button = form.getByRole('button', { name: 'Delete permanently' });
    const field = form.getByLabel('Type the name of the site to confirm');
    await field.fill('silent');
    await page.keyboard.press('Enter');
    assert.equal(await button.isDisabled(), true);
    assert.deepEqual(await violations(page), []);
    await page.setViewportSize(WIDE);
    await keepScreenshot(page, 'site-deletion');
    const listed = async () => {
      const { sites: all } = await dashboard.server.ask<{ sites: Listed[] }>('/api/v1/sites');
      return new Map(all.map(({ site, hits: count }) => [site, count]));
    };
    const before = await listed();
    assert.equal(before.size, SITES);
    await field.fill('silent.example');
    await button.click();
    await sites.getByText('No matches').waitFor();
    before.delete('silent.example');
    assert.deepEqual(await listed(), before);
    await closeQuietly(open);
  });
});
