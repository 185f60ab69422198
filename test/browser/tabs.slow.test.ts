/** Many tabs of the dashboard in one browser. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { BROWSER_MISSING, browserProgram } from '../fixtures/browser.ts';
import { closeQuietly, Dashboard, settled } from '../fixtures/dashboard.ts';
import { bodiesOf } from '../fixtures/visitor-hit.ts';

const SITE = 'tabs.example';
/** Browsers open six connections to a server. */
const TABS = 8;
const program = await browserProgram();

/** Evaluates in a page. */
declare const document: { dispatchEvent(event: Event): boolean };

/** A headless browser shows all tabs; the page is told that another one is in front of it, or that it is visible again. */
async function setHidden(page: Page, hidden: boolean): Promise<void> {
  await page.evaluate((isHidden) => {
    Object.defineProperty(document, 'hidden', { configurable: true, value: isHidden });
    document.dispatchEvent(new Event('visibilitychange'));
  }, hidden);
}

describe('tabs', { skip: program === undefined && BROWSER_MISSING }, async () => {
  if (program === undefined) return;
  const dashboard = await Dashboard.start(program);
  const hit = { site: SITE, visitor: 'v1', path: '/' };
  const send = () => dashboard.send(bodiesOf([{ ...hit, time: Date.now() }]));

  before(send);

  test('one opens beside many, and the live numbers of one continue when it is shown again', async () => {
    const open = await dashboard.open(`?site=${SITE}&period=day`);
    const first = open.page;
    await settled(first);
    await setHidden(first, true);
    for (let tab = 1; tab < TABS; tab++) {
      const page = await first.context().newPage();
      await page.goto(first.url());
      await page.locator('.tile').filter({ hasText: 'Hits' }).getByText('1', { exact: true }).waitFor();
      await settled(page);
      await setHidden(page, true);
    }
    await send();
    await setHidden(first, false);
    const now = first.getByRole('region', { name: 'Now', exact: true });
    await now.locator('dd').nth(1).getByText('2', { exact: true }).waitFor();
    assert.equal(await now.getByText('Reconnecting').count(), 0);
    await closeQuietly(open);
  });
});
