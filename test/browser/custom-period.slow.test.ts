/** Periods and comparisons of the user's choice: selected in the calendar, typed, by keyboard; their numbers are those sent. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { SOME_LOOKS, violations } from '../fixtures/axe.ts';
import { BROWSER_MISSING, browserProgram } from '../fixtures/browser.ts';
import { closeQuietly, Dashboard, settled } from '../fixtures/dashboard.ts';
import { bodiesOf, type VisitorHit } from '../fixtures/visitor-hit.ts';

const SITE = 'days.example';
const program = await browserProgram();

/** Noon of a day, on the clock of the machine, which the browser has too. */
const noon = (day: number) => new Date(2025, 9, day, 12).getTime();

/** On the nth day of October 2025, n visitors view a page each. */
function sentHits(): VisitorHit[] {
  return Array.from({ length: 31 }, (_, at) =>
    Array.from({ length: at + 1 }, (_, who) => ({
      ...{ site: SITE, visitor: `v${at}-${who}`, path: `/${who % 2}`, time: noon(at + 1) },
    })),
  ).flat();
}

/** Page views of the days from one to another, inclusive, counted in a plain loop. */
function viewsOf(from: number, to: number): number {
  let views = 0;
  for (const { time } of sentHits()) if (time >= noon(from) && time <= noon(to)) views++;
  return views;
}

const day = (dialog: Locator, date: string) =>
  dialog.getByRole('button', { name: new RegExp(`^\\w+,? ${date} 2025$`) });

async function choose(page: Page, menu: RegExp): Promise<Locator> {
  await page.getByRole('button', { name: menu }).click();
  await page.getByRole('menuitemradio', { name: 'Custom period…' }).click();
  return page.getByRole('dialog');
}

async function views(page: Page): Promise<string> {
  await settled(page);
  return page.locator('.tile').filter({ hasText: 'Page views' }).innerText();
}

describe('a custom period', { skip: program === undefined && BROWSER_MISSING }, async () => {
  if (program === undefined) return;
  const dashboard = await Dashboard.start(program);
  const start = `?site=${SITE}&period=custom&from=2025-10-30&to=2025-10-31`;

  before(() => dashboard.send(bodiesOf(sentHits())));

  test('is selected by two clicks in any order, and compared with days of choice', async () => {
    const open = await dashboard.open(start);
    const { page } = open;
    await settled(page);
    const dialog = await choose(page, /^Period:/);
    await day(dialog, '20 October').click();
    await day(dialog, '11 October').click();
    await dialog.getByText(/^11\s–\s20 Oct 2025, 10 days$/).waitFor();
    await dialog.getByRole('button', { name: 'Show' }).click();
    assert.match(await views(page), new RegExp(`Page views\\s+${viewsOf(11, 20)}\\s`));

    const other = await choose(page, /^Compare:/);
    await day(other, '1 October').click();
    await day(other, '4 October').click();
    await other.getByRole('button', { name: 'Show' }).click();
    await page.getByRole('button', { name: /^Compare: 1\s–\s4 Oct 2025$/ }).waitFor();
    const change = Math.round(100 * (viewsOf(11, 20) / viewsOf(1, 4) - 1)).toLocaleString('en-GB');
    assert.match(await views(page), new RegExp(`\\+${change}%`));
    await page
      .locator('.keys')
      .getByText(/1\s–\s4 Oct 2025/)
      .waitFor();

    // The chart names the compared day; the shorter period has none for the last ones.
    const chart = page.getByRole('slider', { name: 'Visitors by day' });
    await chart.focus();
    await page.keyboard.press('ArrowRight');
    const point = page.locator('.point');
    assert.match(await point.innerText(), /11 Oct 2025\s+11\s+Wed,? 1 Oct 2025\s+1$/);
    await page.keyboard.press('ArrowLeft');
    assert.match(await point.innerText(), /20 Oct 2025\s+20$/);

    // The address has both, and so has the history.
    await page.reload();
    await page.getByRole('button', { name: /^Compare: 1\s–\s4 Oct 2025$/ }).waitFor();
    assert.match(await views(page), new RegExp(`\\+${change}%`));
    await page.goBack();
    await page.getByRole('button', { name: 'Compare: Previous period' }).waitFor();
    await closeQuietly(open);
  });

  test('is selected by keyboard alone, or typed', async () => {
    const open = await dashboard.open(start);
    const { page } = open;
    await settled(page);
    const menu = page.getByRole('button', { name: /^Period:/ });
    const focused = page.locator(':focus');
    await menu.focus();
    for (const key of ['Enter', 'End', 'Enter']) await page.keyboard.press(key);
    const dialog = page.getByRole('dialog', { name: 'Custom period' });
    await dialog.waitFor();
    assert.equal(await focused.inputValue(), '2025-10-30');
    await page.keyboard.press('Escape');
    assert.match((await focused.getAttribute('aria-label'))!, /^Period:/);

    await choose(page, /^Period:/);
    await day(dialog, '31 October').focus();
    for (const key of ['PageUp', 'PageDown', 'ArrowUp', 'ArrowLeft', 'Enter']) await page.keyboard.press(key);
    // From the 22nd to a Monday.
    for (const key of ['ArrowUp', 'ArrowUp', 'Home', 'Enter']) await page.keyboard.press(key);
    await dialog.getByText(/^6\s–\s22 Oct 2025, 17 days$/).waitFor();
    await dialog.getByRole('button', { name: 'Show' }).press('Enter');
    assert.match(await views(page), new RegExp(`Page views\\s+${viewsOf(6, 22)}\\s`));

    const again = await choose(page, /^Period:/);
    await again.getByLabel('First day').fill('2025-10-05');
    await again.getByLabel('Last day').fill('2025-10-02');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: /^Period: 2\s–\s5 Oct 2025$/ }).waitFor();
    assert.match(await views(page), new RegExp(`Page views\\s+${viewsOf(2, 5)}\\s`));
    await closeQuietly(open);
  });

  test('the calendar has no accessibility violations', async () => {
    const open = await dashboard.open(start);
    const { page } = open;
    await settled(page);
    await choose(page, /^Period:/);
    await page.getByRole('table', { name: 'Calendar' }).waitFor();
    assert.deepEqual(await violations(page, SOME_LOOKS), []);
    await closeQuietly(open);
  });
});
