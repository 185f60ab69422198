/** Filters made in the page: what they select is what a plain recount of the hits selects. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { SOME_LOOKS, violations } from '../fixtures/axe.ts';
import { BROWSER_MISSING, browserProgram } from '../fixtures/browser.ts';
import { closeQuietly, Dashboard, keepScreenshot, overflow, PHONE, settled } from '../fixtures/dashboard.ts';
import { bodiesOf, type VisitorHit, visitorsOf } from '../fixtures/visitor-hit.ts';

const SITE = 'filters.example';
const SOURCES = ['https://www.google.com/', 'https://github.com/x', 'https://blog.example/', ''];
const PAGES = ['/', '/blog/one', '/blog/two', '/pricing'];
const program = await browserProgram();

/** One visit of each visitor, of one to three pages in the last hours. */
function sentHits(now: number): VisitorHit[] {
  const hits: VisitorHit[] = [];
  for (let at = 0; at < 200; at++) {
    for (let page = 0; page <= at % 3; page++) {
      hits.push({
        ...{ site: SITE, visitor: `v${at}` },
        path: PAGES[(at * 7 + page * 3) % PAGES.length]!,
        referrer: page === 0 ? SOURCES[(at * 5) % SOURCES.length]! : '',
        time: now - at * 60_000 + page * 1000,
      });
    }
  }
  return hits;
}

async function figure(page: Page, name: string): Promise<number> {
  await settled(page);
  return Number(
    (
      await page
        .getByRole('button', { name: new RegExp(`^${name}`) })
        .locator('.tile-value')
        .innerText()
    ).replaceAll(',', ''),
  );
}

describe('filters', { skip: program === undefined && BROWSER_MISSING }, async () => {
  if (program === undefined) return;
  const dashboard = await Dashboard.start(program);
  const hits = sentHits(Date.now() - 2000);
  const period = `?site=${SITE}&period=7d`;

  before(() => dashboard.send(bodiesOf(hits)));

  test('several values, made by keyboard, select the visitors that have one of them', async () => {
    const open = await dashboard.open(period);
    const { page } = open;
    assert.equal(
      await figure(page, 'Visitors'),
      visitorsOf(hits, () => true),
    );
    await page.getByRole('button', { name: 'Add filter' }).focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Add filter' });
    await dialog.getByLabel('Dimension').selectOption({ label: 'Source' });
    await dialog.getByRole('combobox', { name: 'Value' }).focus();
    await page.keyboard.type('Google');
    await page.keyboard.press('Enter');
    await page.keyboard.type('GitHub');
    await page.keyboard.press('Enter');
    assert.deepEqual(await violations(page, SOME_LOOKS), []);
    await keepScreenshot(page, 'filter-dialog');
    await dialog.getByRole('button', { name: 'Apply' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Edit filter Source is Google or GitHub' }).waitFor();
    const some = visitorsOf(hits, ({ referrer = '' }) => /google|github/.test(referrer));
    assert.equal(await figure(page, 'Visitors'), some);
    await page.getByRole('button', { name: 'Invert filter Source is Google or GitHub' }).click();
    assert.equal(await figure(page, 'Visitors'), visitorsOf(hits, () => true) - some);
    assert.equal(new URL(page.url()).searchParams.get('filter'), 'source!=Google|GitHub');
    await closeQuietly(open);
  });

  test('a typed value may begin with another one, and the empty value is found by its name', async () => {
    const open = await dashboard.open(period);
    const { page } = open;
    await settled(page);
    await page.getByRole('button', { name: 'Add filter' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add filter' });
    const suggested = (value: string) =>
      dialog.locator(`datalist option[value="${value}"]`).first().waitFor({ state: 'attached' });
    await suggested('/');
    await dialog.getByRole('combobox', { name: 'Value' }).focus();
    await page.keyboard.type('/pricing');
    await dialog.getByRole('button', { name: 'Or' }).click();
    const second = dialog.getByRole('group', { name: 'or' });
    await second.getByLabel('Dimension').selectOption({ label: 'Referrer' });
    await suggested('Direct / None');
    await second.getByRole('combobox', { name: 'Value' }).focus();
    await page.keyboard.type('Direct / None');
    await dialog.getByRole('button', { name: 'Apply' }).click();
    await page
      .getByRole('button', { name: 'Edit filter Page is /pricing or Referrer is Direct / None' })
      .waitFor();
    const first = new Map<string, string | undefined>();
    for (const { visitor, referrer } of hits) if (!first.has(visitor)) first.set(visitor, referrer);
    assert.equal(
      await figure(page, 'Visitors'),
      visitorsOf(hits, ({ path, visitor }) => path === '/pricing' || first.get(visitor) === ''),
    );
    await closeQuietly(open);
  });

  test('a condition or another, contains and matches, select visits with a matching hit', async () => {
    const open = await dashboard.open(period);
    const { page } = open;
    await settled(page);
    await page.getByRole('button', { name: 'Add filter' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add filter' });
    await dialog.getByLabel('Operator').selectOption('contains');
    await dialog.getByRole('combobox', { name: 'Value' }).fill('ricin');
    await dialog.getByRole('button', { name: 'Or' }).click();
    const second = dialog.getByRole('group', { name: 'or' });
    await second.getByLabel('Operator').selectOption('matches');
    await second.getByRole('combobox', { name: 'Value' }).fill('/blog/*');
    await dialog.getByRole('button', { name: 'Apply' }).click();
    await page.getByRole('button', { name: /^Edit filter Page contains ricin or Page matches/ }).waitFor();
    const expected = visitorsOf(hits, ({ path }) => path === '/pricing' || path.startsWith('/blog/'));
    assert.equal(await figure(page, 'Visitors'), expected);
    await page.reload();
    assert.equal(await figure(page, 'Visitors'), expected);
    await page.getByText('filters do not apply').waitFor();
    await closeQuietly(open);
  });

  test('filters are saved as a segment, applied, and deleted', async () => {
    const open = await dashboard.open(`${period}&filter=page%3D/pricing`);
    const { page } = open;
    await settled(page);
    const segments = page.getByRole('button', { name: 'Segments' });
    await segments.click();
    const dialog = page.getByRole('dialog', { name: 'Segments' });
    await dialog.getByLabel('Save these filters as').fill('buyers');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByRole('button', { name: /^buyers/ }).waitFor();
    assert.deepEqual(await violations(page, SOME_LOOKS), []);
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Remove filter Page is /pricing' }).click();
    await segments.click();
    await dialog.getByRole('button', { name: /^buyers/ }).click();
    await page.getByRole('button', { name: 'Edit filter Page is /pricing' }).waitFor();
    assert.equal(
      await figure(page, 'Visitors'),
      visitorsOf(hits, ({ path }) => path === '/pricing'),
    );
    await segments.click();
    await dialog.getByRole('button', { name: 'Delete segment buyers' }).click();
    await dialog.getByText('No segments yet').waitFor();
    await closeQuietly(open);
  });

  test('chips stay in view on a phone, and have no problems that axe finds', async () => {
    const open = await dashboard.open(`${period}&filter=page%3D/pricing&filter=source!%3DGoogle`, {
      viewport: PHONE,
    });
    const { page } = open;
    await settled(page);
    await page.mouse.wheel(0, 900);
    const chip = page.getByRole('button', { name: 'Edit filter Page is /pricing' });
    const box = await chip.boundingBox();
    assert.ok(box && box.y > 0 && box.y < 200, JSON.stringify(box));
    assert.equal(await overflow(page), 0);
    assert.deepEqual(await violations(page), []);
    await keepScreenshot(page, 'filters-phone');
    await closeQuietly(open);
  });
});
