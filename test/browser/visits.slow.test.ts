/** Goals, funnels, journeys and retention: their numbers are those of a plain recount of the hits. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
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

const SITE = 'visits.example';
const DAY = 86_400_000;
const VISITORS = 90;
const program = await browserProgram();

/** Everybody views `/`, every second one then `/cart`, every fourth one buys; every third one comes back ten days later. */
function sentHits(now: number): VisitorHit[] {
  const hits: VisitorHit[] = [];
  for (let at = 0; at < VISITORS; at++) {
    const who = { site: SITE, visitor: `v${at}` };
    const time = now - 20 * DAY + at * 1000;
    hits.push({ ...who, path: '/', time });
    if (at % 2 === 0) hits.push({ ...who, path: '/cart', time: time + 60_000 });
    if (at % 4 === 0) {
      const money = { value: `${at}.25`, currency: 'EUR' };
      hits.push({ ...who, path: '/cart', name: 'buy', time: time + 120_000, ...money });
    }
    if (at % 3 === 0) hits.push({ ...who, path: '/', time: time + 10 * DAY });
  }
  return hits;
}

/** Texts of the cells of a row. */
async function cells(page: Page, name: RegExp): Promise<string[]> {
  const row = page.getByRole('row', { name });
  return (await row.getByRole('cell').allInnerTexts()).map((text) =>
    text.replace(/^[↗↘→].*?%\s*/, '').trim(),
  );
}

describe('visits', { skip: program === undefined && BROWSER_MISSING }, async () => {
  if (program === undefined) return;
  const dashboard = await Dashboard.start(program);
  const hits = sentHits(Date.now() - 5000);
  const period = `?site=${SITE}&period=30d&compare=none`;

  before(() => dashboard.send(bodiesOf(hits)));

  test('a goal is made in the page, and has its visitors, conversions, rate and revenue', async () => {
    const open = await dashboard.open(period);
    const { page } = open;
    await settled(page);
    // Without conversions, the card shows the events.
    await page.getByRole('tab', { name: 'Goals' }).click();
    await page.getByRole('button', { name: 'Edit goals' }).click();
    const dialog = page.getByRole('dialog', { name: 'Goals' });
    await dialog.getByLabel('Action: type').selectOption('Event');
    await dialog.getByRole('combobox', { name: 'Action', exact: true }).fill('buy');
    await dialog.getByLabel('Name').fill('purchase');
    await dialog.getByRole('button', { name: 'Add goal' }).click();
    await dialog.getByText('Event buy').waitFor();
    // A name that is made of the action may be longer than names are.
    const long = `/${'long/'.repeat(40)}`;
    await dialog.getByLabel('Action: type').selectOption('Page');
    await dialog.getByRole('combobox', { name: 'Action', exact: true }).fill(long);
    await dialog.getByRole('button', { name: 'Add goal' }).click();
    await dialog
      .getByRole('listitem')
      .filter({ hasText: `Page ${long}` })
      .waitFor();
    assert.deepEqual(await violations(page, SOME_LOOKS), []);
    await page.setViewportSize(WIDE);
    await page.keyboard.press('Escape');
    await page.getByRole('row', { name: /^purchase/ }).waitFor();
    const buyers = visitorsOf(hits, ({ name }) => name === 'buy');
    let cents = 0;
    for (const { value } of hits) if (value !== undefined) cents += Math.round(Number(value) * 100);
    const rate = Math.round((1000 * buyers) / visitorsOf(hits, () => true)) / 10;
    assert.deepEqual(await cells(page, /^purchase/), [
      ...[String(buyers), String(buyers), `${rate}%`],
      `€${(cents / 100).toFixed(2)}`.replace(/(\d)(\d{3}\.)/, '$1,$2'),
    ]);
    await closeQuietly(open);
  });

  test('a funnel is made, shown, saved, and shared by its address', async () => {
    const open = await dashboard.open(`${period}&tab=funnels`);
    const { page } = open;
    const form = page.getByRole('form', { name: 'New funnel' });
    await form.getByRole('combobox', { name: 'Step 1', exact: true }).fill('/');
    await form.getByRole('combobox', { name: 'Step 2', exact: true }).fill('/cart');
    await form.getByRole('button', { name: 'Add step' }).click();
    await form.getByLabel('Step 3: type').selectOption('Event');
    await form.getByRole('combobox', { name: 'Step 3', exact: true }).fill('buy');
    await form.getByRole('button', { name: 'Show' }).click();
    const steps = page.getByRole('region', { name: 'New funnel' }).getByRole('listitem');
    await steps.nth(2).waitFor();
    const [all, carts, buyers] = [
      visitorsOf(hits, ({ path }) => path === '/'),
      visitorsOf(hits, ({ path }) => path === '/cart'),
      visitorsOf(hits, ({ name }) => name === 'buy'),
    ];
    const numbers = async (lines = steps) =>
      (await lines.locator('.number:first-of-type, .funnel-bar + .number').allInnerTexts()).map((text) =>
        Number.parseInt(text, 10),
      );
    assert.deepEqual(await numbers(), [all, carts, buyers]);
    await form.getByRole('textbox', { name: 'Name of the funnel' }).fill('checkout');
    await form.getByRole('button', { name: 'Save funnel' }).click();
    const stored = page.getByRole('region', { name: 'checkout' });
    await stored.waitFor();
    assert.equal(new URL(page.url()).searchParams.get('funnel'), 'checkout');
    await page.reload();
    await stored.getByRole('listitem').nth(2).waitFor();
    assert.deepEqual(await numbers(stored.getByRole('listitem')), [all, carts, buyers]);
    await settled(page);
    assert.deepEqual(await violations(page), []);
    await keepScreenshot(page, 'funnel-phone');
    await page.setViewportSize(PHONE);
    assert.equal(await overflow(page), 0);
    await stored.getByRole('button', { name: 'Delete' }).click();
    await stored.waitFor({ state: 'detached' });
    await closeQuietly(open);
  });

  test('journeys have the pages before and after a page, and lead to those of another', async () => {
    const open = await dashboard.open(`${period}&tab=journeys&page=/`);
    const { page } = open;
    const after = page.getByRole('region', { name: 'After' });
    await after.getByRole('listitem').first().waitFor();
    // Each visitor has one visit with `/`, and one more if they come back.
    let [visits, toCart] = [0, 0];
    for (const { path, name } of hits) {
      if (path === '/') visits++;
      if (path === '/cart' && name === undefined) toCart++;
    }
    await page.getByText(`${visits} visits with this page`).waitFor();
    const texts = (await after.getByRole('listitem').allInnerTexts()).map((text) =>
      text.replaceAll(/\s+/g, ' '),
    );
    const percent = (part: number) => `${Math.round((1000 * part) / visits) / 10}%`;
    assert.equal(texts[0], `End of visit ${visits - toCart} visits ${percent(visits - toCart)}`);
    assert.equal(texts[1], `/cart ${toCart} visits ${percent(toCart)}`);
    assert.deepEqual(await violations(page), []);
    await after.getByRole('button', { name: '/cart' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText(`${toCart} visits with this page`).waitFor();
    assert.equal(new URL(page.url()).searchParams.get('page'), '/cart');
    await page.setViewportSize(PHONE);
    assert.equal(await overflow(page), 0);
    await closeQuietly(open);
  });

  test('retention has who came back in which week', async () => {
    const open = await dashboard.open(`${period}&tab=retention`, { timezoneId: 'UTC' });
    const { page } = open;
    const week = (time: number) => Math.floor((time / DAY + 3) / 7);
    const first = new Map<string, number>();
    const returned = new Map<number, Set<string>>();
    for (const { visitor, time } of hits.toSorted((a, b) => a.time - b.time)) {
      const begin = first.get(visitor) ?? week(time);
      first.set(visitor, begin);
      const later = returned.get(week(time) - begin) ?? new Set();
      returned.set(week(time) - begin, later.add(visitor));
    }
    const cohort = page.getByRole('row').nth(1);
    await cohort.waitFor();
    await settled(page);
    const rows = await page.getByRole('row').all();
    const shown = await Promise.all(
      rows.map(async (row) => (await row.getByRole('cell').allInnerTexts()).join(' ')),
    );
    const own = shown.find((text) => text.startsWith(`${VISITORS} `)) ?? '';
    for (const [weeks, visitors] of returned) {
      const part = own.split(' visitors').at(weeks)?.split(', ').at(-1);
      assert.equal(part, String(visitors.size), `${own}, after ${weeks} weeks`);
    }
    assert.deepEqual(await violations(page), []);
    await page.setViewportSize(PHONE);
    assert.equal(await overflow(page), 0);
    await keepScreenshot(page, 'retention-phone');
    await closeQuietly(open);
  });
});
