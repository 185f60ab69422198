/** Tiles, tables, downloads and notes: their numbers are those of a plain recount of the hits. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { BEARER } from '../fixtures/any-server.ts';
import { SOME_LOOKS, violations } from '../fixtures/axe.ts';
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

const SITE = 'figures.example';
const DAY = 86_400_000;
const PAGES = 150;
const program = await browserProgram();

/** Visits of one to three pages, some of sixty: page 7 has many views of few visitors, page 3 few views of many. Some buy. */
function sentHits(now: number): VisitorHit[] {
  const hits: VisitorHit[] = [];
  for (let at = 0; at < 300; at++) {
    const who = { site: SITE, visitor: `v${at % 240}` };
    const time = now - (at % 25) * DAY - at * 1000;
    const views = at % 40 === 0 ? 60 : 1 + (at % 3);
    for (let view = 0; view < views; view++) {
      const page = at % 40 === 0 ? 7 : view === 0 ? 3 : (at * 11 + view) % PAGES;
      hits.push({ ...who, path: `/p${page}`, time: time + view * 500 });
    }
    if (at % 10 === 0) {
      const money = { value: '12.50', currency: 'EUR' };
      hits.push({ ...who, path: '/buy', name: 'buy', time: time + 200, ...money });
    }
  }
  return hits;
}

/** Visitors and page views of each page, counted in a plain loop. */
function recount(hits: readonly VisitorHit[]): Map<string, { visitors: Set<string>; views: number }> {
  const pages = new Map<string, { visitors: Set<string>; views: number }>();
  for (const { path, visitor, name } of hits) {
    const page = pages.get(path) ?? { visitors: new Set(), views: 0 };
    page.visitors.add(visitor);
    if (name === undefined) page.views++;
    pages.set(path, page);
  }
  return pages;
}

async function tile(page: Page, name: string): Promise<string> {
  await settled(page);
  const text = await page.locator('.tile').filter({ hasText: name }).locator('.tile-value').innerText();
  return text.replaceAll(',', '');
}

describe('figures', { skip: program === undefined && BROWSER_MISSING }, async () => {
  if (program === undefined) return;
  const dashboard = await Dashboard.start(program);
  const hits = sentHits(Date.now() - 60_000);
  const pages = recount(hits);
  const period = `?site=${SITE}&period=30d`;

  before(async () => {
    await dashboard.send(bodiesOf(hits));
    const goal = { name: 'purchase', action: { kind: 'event', event: 'buy' } };
    assert.equal((await dashboard.server.post(`/api/v1/sites/${SITE}/goals`, goal, BEARER)).status, 201);
  });

  test('tiles are chosen, are remembered, and have the numbers that were sent', async () => {
    const open = await dashboard.open(period);
    const { page } = open;
    await settled(page);
    await page.getByRole('button', { name: 'Choose metrics' }).click();
    const dialog = page.getByRole('dialog', { name: 'Metrics' });
    for (const name of ['Events', 'Conversions', 'Conversion rate', 'Revenue']) {
      await dialog.getByRole('checkbox', { name, exact: true }).check();
    }
    await dialog.getByRole('checkbox', { name: 'Visit duration' }).uncheck();
    assert.deepEqual(await violations(page, SOME_LOOKS), []);
    await page.setViewportSize(WIDE);
    await page.keyboard.press('Escape');
    await page.reload();
    const visitors = visitorsOf(hits, () => true);
    const buyers = visitorsOf(hits, ({ name }) => name === 'buy');
    let [views, events, cents] = [0, 0, 0];
    for (const { name, value } of hits) {
      if (name === undefined) views++;
      else {
        events++;
        cents += Number(value) * 100;
      }
    }
    await page.getByRole('button', { name: /^Revenue €/ }).waitFor();
    assert.equal(await tile(page, 'Visitors'), String(visitors));
    assert.equal(await tile(page, 'Page views'), String(views));
    assert.equal(await tile(page, 'Events'), String(events));
    assert.equal(await tile(page, 'Conversions'), String(events));
    assert.equal(await tile(page, 'Conversion rate'), `${Math.round((1000 * buyers) / visitors) / 10}%`);
    assert.equal(await tile(page, 'Revenue'), `€${(cents / 100).toFixed(2)}`);
    assert.equal(await page.locator('.tile').filter({ hasText: 'Visit duration' }).count(), 0);
    await page.getByRole('button', { name: /^Revenue €/ }).click();
    await page.locator('.u-over').waitFor();
    await keepScreenshot(page, 'tiles');
    // What else is shown does not draw the chart again.
    await page.locator('.plot canvas').evaluate((canvas) => canvas.setAttribute('data-drawn', 'once'));
    await page.getByRole('button', { name: 'Choose metrics' }).click();
    await dialog.waitFor();
    assert.equal(await page.locator('.plot canvas[data-drawn]').count(), 1);
    await closeQuietly(open);
  });

  test('a table is ordered by the column with the arrow, and shows all rows', async () => {
    const open = await dashboard.open(period);
    const { page } = open;
    const card = page.getByRole('region', { name: 'Pages', exact: true });
    const first = card.getByRole('rowheader').first();
    await first.waitFor();
    await settled(page);
    const by = (order: (page: { visitors: Set<string>; views: number }) => number) =>
      [...pages].toSorted((a, b) => order(b[1]) - order(a[1]))[0]!;
    const [most, most3] = by(({ visitors }) => visitors.size);
    assert.equal(await first.innerText(), most);
    const cells = (await card.getByRole('row').nth(1).getByRole('cell').allInnerTexts()).map((text) =>
      text.replace(/^.*%\s+/, ''),
    );
    assert.deepEqual(cells.slice(0, 2), [String(most3.visitors.size), String(most3.views)]);
    await card.getByRole('button', { name: 'Page views' }).focus();
    await page.keyboard.press('Enter');
    const [mostViewed] = by(({ views }) => views);
    assert.notEqual(mostViewed, most);
    await first.getByText(mostViewed, { exact: true }).waitFor();
    assert.equal(
      await card.getByRole('columnheader', { name: 'Page views' }).getAttribute('aria-sort'),
      'descending',
    );

    await page.getByRole('button', { name: 'All pages' }).click();
    const dialog = page.getByRole('dialog', { name: 'Pages' });
    await dialog.getByRole('button', { name: `Show more of ${pages.size}` }).click();
    await dialog
      .getByRole('rowheader')
      .nth(pages.size - 1)
      .waitFor();
    await settled(page);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      dialog.getByRole('button', { name: 'Download as CSV' }).click(),
    ]);
    const lines = (await readFile(await download.path(), 'utf8')).trim().split('\r\n').slice(1);
    const shown = new Map(
      lines.map((line) => line.split(',')).map(([path = '', visitors, views]) => [path, [visitors, views]]),
    );
    const expected = new Map(
      Array.from(pages, ([path, { visitors, views }]) => [path, [String(visitors.size), String(views)]]),
    );
    assert.deepEqual(shown, new Map([...shown.keys()].map((path) => [path, expected.get(path)])));
    assert.equal(shown.size, pages.size);
    assert.match(download.suggestedFilename(), /^figures\.example-[\d-]+-pages\.csv$/);
    assert.deepEqual(await violations(page, SOME_LOOKS), []);
    await closeQuietly(open);
  });

  test('a note is added below the chart, and deleted', async () => {
    const open = await dashboard.open(period);
    const { page } = open;
    await settled(page);
    await page.getByRole('button', { name: 'Note' }).click();
    const dialog = page.getByRole('dialog', { name: 'Notes' });
    await dialog.getByLabel('Text').fill('New prices');
    await page.keyboard.press('Enter');
    const remove = dialog.getByRole('button', { name: 'Delete note New prices' });
    await remove.waitFor();
    assert.deepEqual(await violations(page, SOME_LOOKS), []);
    await page.keyboard.press('Escape');
    await page.locator('.notes').getByText('New prices').waitFor();
    await page.getByRole('button', { name: 'Note' }).click();
    await remove.click();
    await remove.waitFor({ state: 'detached' });
    await page.keyboard.press('Escape');
    assert.equal(await page.locator('.notes li').count(), 0);
    await closeQuietly(open);
  });

  test('the period menu has yesterday, months and years, and a phone shows it without horizontal scrolling', async () => {
    const open = await dashboard.open(period, { viewport: PHONE, hasTouch: true, isMobile: true });
    const { page } = open;
    await settled(page);
    const year = new Date().getFullYear();
    for (const [name, address] of [
      ['Yesterday', /period=day&date=/],
      ['Last 90 days', /period=90d/],
      ['Last 24 hours', /period=24h/],
      ['This year', /period=year/],
      [String(year - 1), /period=year&date=/],
    ] as const) {
      await page.getByRole('button', { name: /^Period:/ }).tap();
      await page.getByRole('menuitemradio', { name }).tap();
      await page.getByRole('button', { name: `Period: ${name}` }).waitFor();
      assert.match(page.url(), address);
    }
    assert.equal(await overflow(page), 0);
    await closeQuietly(open);
  });
});
