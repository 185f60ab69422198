/** The chart and its tiles: what they say stays readable with much money, several currencies, and while hits arrive. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { BROWSER_MISSING, browserProgram } from '../fixtures/browser.ts';
import { closeQuietly, Dashboard, overflow, PHONE, settled } from '../fixtures/dashboard.ts';
import { bodiesOf, type VisitorHit } from '../fixtures/visitor-hit.ts';

const SITE = 'money.example';
const DAY = 86_400_000;
const program = await browserProgram();

/** Each day a sale of 9,000 euros and, every tenth day, one of 100 dollars, among 40 page views. */
function sentHits(now: number): VisitorHit[] {
  const hits: VisitorHit[] = [];
  for (let day = 0; day < 30; day++) {
    const time = now - day * DAY;
    const sale = { site: SITE, visitor: `b${day}`, path: '/', name: 'sale' };
    hits.push({ ...sale, time, value: '9000', currency: 'EUR' });
    if (day % 10 === 0) hits.push({ ...sale, time, value: '100', currency: 'USD' });
    for (let view = 0; view < 40; view++)
      hits.push({
        site: SITE,
        visitor: `v${view}`,
        path: `/a/long/path/of/a/page/${view}`,
        time: time - 1000,
      });
  }
  return hits;
}

describe('the chart', { skip: program === undefined && BROWSER_MISSING }, async () => {
  if (program === undefined) return;
  const dashboard = await Dashboard.start(program);

  before(() => dashboard.send(bodiesOf(sentHits(Date.now() - 60_000))));

  test('a point that is read stays while new figures arrive', async () => {
    const open = await dashboard.open(`?site=${SITE}&period=30d&metric=hits`);
    const { page } = open;
    await page.locator('.u-over').waitFor();
    await settled(page);
    await page.getByRole('slider', { name: 'Hits by day' }).focus();
    await page.keyboard.press('ArrowLeft');
    const point = page.locator('.point');
    const [first] = await point.locator('b').allInnerTexts();
    const hit = { site: SITE, visitor: 'new', path: '/new', time: Date.now() };
    await dashboard.send(bodiesOf([hit, hit, hit]));
    // Neither a moment without the point, nor the old value in it.
    await page.locator('.tile').filter({ hasText: 'Hits' }).getByText('1,236').waitFor();
    assert.equal(await point.locator('b').first().innerText(), String(Number(first) + 3));
    assert.match(
      (await page.getByRole('slider', { name: 'Hits by day' }).getAttribute('aria-valuetext'))!,
      /: 45/,
    );
    await closeQuietly(open);
  });

  test('revenue names its other currencies, and the table of the chart has all tiles', async () => {
    const open = await dashboard.open(`?site=${SITE}&period=30d&metric=revenue`);
    const { page } = open;
    await settled(page);
    const tile = page.locator('.tile').filter({ hasText: 'Revenue' });
    assert.match(await tile.innerText(), /€270k[\s\S]*and US\$300\.00/);
    await page.getByRole('button', { name: 'Show as a table' }).click();
    const table = page.getByRole('dialog', { name: 'By day' });
    await table.locator('tbody tr').nth(10).waitFor();
    assert.deepEqual(await table.locator('thead th').allInnerTexts(), [
      ...['Time', 'Visitors', 'Visits', 'Page views', 'Hits', 'Bounce rate', 'Visit duration', 'Revenue'],
    ]);
    const cells = await table.locator('tbody tr').nth(10).locator('td').allInnerTexts();
    assert.deepEqual([cells[0], cells[2], cells[3], cells[6]], ['41', '40', '41', '€9,000.00']);
    await closeQuietly(open);
  });

  test('all rows show their numbers on a phone', async () => {
    const open = await dashboard.open(`?site=${SITE}&period=30d`, {
      viewport: PHONE,
      hasTouch: true,
      isMobile: true,
    });
    const { page } = open;
    await settled(page);
    await page.getByRole('button', { name: 'All pages' }).tap();
    const dialog = page.getByRole('dialog', { name: 'Pages' });
    await dialog.getByRole('row').nth(3).waitFor();
    const cell = (await dialog.locator('tbody tr').first().locator('td').first().boundingBox())!;
    assert.ok(cell.x + cell.width < PHONE.width - 12, `the visitors end at ${cell.x + cell.width}`);
    assert.equal(await overflow(page), 0);
    await closeQuietly(open);
  });
});
