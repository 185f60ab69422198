/** Pages and sites whose names are not ASCII are shown, typed and found as people write them. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { BROWSER_MISSING, browserProgram } from '../fixtures/browser.ts';
import { closeQuietly, Dashboard, settled } from '../fixtures/dashboard.ts';
import { bodiesOf, type VisitorHit } from '../fixtures/visitor-hit.ts';

const SITE = 'bücher.example';
const PAGES = ['/', '/über-uns', '/日本語/ページ', '/مقالات'];
const program = await browserProgram();

/** Each visitor views the start page, and then one of the others. */
function sentHits(now: number): VisitorHit[] {
  return Array.from({ length: 30 }, (_, at) => {
    const who = { site: SITE, visitor: `v${at}`, time: now - at * 1000 };
    const path = encodeURI(PAGES[1 + (at % 3)]!);
    return [
      { ...who, path: '/' },
      { ...who, path, time: who.time + 10, referrer: '' },
    ];
  }).flat();
}

describe('names that are not ASCII', { skip: program === undefined && BROWSER_MISSING }, async () => {
  if (program === undefined) return;
  const dashboard = await Dashboard.start(program);

  before(() => dashboard.send(bodiesOf(sentHits(Date.now() - 60_000))));

  test('are shown in tables, and a typed part of one filters by it', async () => {
    const open = await dashboard.open('?period=30d');
    const { page } = open;
    await settled(page);
    const pages = page.getByRole('region', { name: 'Pages', exact: true });
    for (const path of PAGES)
      assert.match(await pages.getByRole('row', { name: path }).first().innerText(), /\d/);

    await page.getByRole('button', { name: 'Add filter' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add filter' });
    await dialog.getByLabel('Operator').selectOption('contains');
    await dialog.getByLabel('Value').fill('本語');
    await dialog.getByRole('button', { name: 'Apply' }).click();
    await page.getByRole('button', { name: 'Edit filter Page contains 本語' }).waitFor();
    await settled(page);
    const visitors = page.locator('.tile').filter({ hasText: 'Visitors' }).locator('.tile-value');
    assert.equal(await visitors.innerText(), '10');
    assert.match(new URL(page.url()).searchParams.get('filter')!, /%E6%9C%AC/);
    await closeQuietly(open);
  });

  test('are steps of journeys, typed and clicked', async () => {
    const open = await dashboard.open('?period=30d&site=xn--bcher-kva.example&tab=journeys');
    const { page } = open;
    await page.getByRole('button', { name: 'Site: bücher.example' }).waitFor();
    const field = page.getByLabel('Journeys of', { exact: true });
    await field.fill('/über-uns');
    await page.getByRole('button', { name: 'Show' }).click();
    await page.getByText('10 visits with this page').waitFor();
    assert.equal(new URL(page.url()).searchParams.get('page'), '/%C3%BCber-uns');
    await page
      .getByRole('region', { name: 'Before' })
      .getByRole('button', { name: '/', exact: true })
      .click();
    const after = page.getByRole('region', { name: 'After' });
    await after.getByRole('button', { name: '/مقالات' }).click();
    assert.equal(await field.inputValue(), '/مقالات');
    await closeQuietly(open);
  });
});
