/** Alerts are set in the page, and seen on it: their counts are those of a plain recount of the hits. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SOME_LOOKS, violations } from '../fixtures/axe.ts';
import { BROWSER_MISSING, browserProgram } from '../fixtures/browser.ts';
import { closeQuietly, Dashboard, keepScreenshot, overflow, PHONE, settled } from '../fixtures/dashboard.ts';
import { file } from '../fixtures/file-scope.ts';
import { scaledTimeout } from '../fixtures/scaled-timeout.ts';
import { ServerHere } from '../fixtures/server-here.ts';
import { bodiesOf, type VisitorHit, visitorsOf } from '../fixtures/visitor-hit.ts';

const SITE = 'alerts.example';
const OTHER = 'other.example';
const FIXED = 'hits in 24h > 1000000';
const DESKTOP = { width: 1440, height: 900 };
/** The server checks every 5 s, and the page looks every 10 s. */
const SEEN_MS = scaledTimeout(20_000);
const program = await browserProgram();

/** Visitors of now, with two hits each. */
function sentHits(site: string, count: number, now: number): VisitorHit[] {
  return Array.from({ length: 2 * count }, (_, at) => ({
    ...{ site, path: '/', visitor: `${site} ${at % count}`, time: now - at },
  }));
}

describe('alerts', { skip: program === undefined && BROWSER_MISSING }, async () => {
  if (program === undefined) return;
  const dashboard = await Dashboard.start(program, (dataDir) =>
    ServerHere.start(file, dataDir, '--alert', FIXED),
  );
  const hits = [...sentHits(SITE, 12, Date.now()), ...sentHits(OTHER, 3, Date.now())];
  const name = `More than 5 visitors in 24 hours on ${SITE}`;

  test('an alert is set in the settings by keyboard alone, refused if it is set twice, and one of the flag stays', async () => {
    await dashboard.send(bodiesOf(hits));
    const open = await dashboard.open('', { viewport: DESKTOP });
    const { page } = open;
    await page.goto(`${dashboard.url}/dashboard/settings`);
    const region = page.getByRole('region', { name: 'Alerts', exact: true });
    await region.getByText('More than 1,000,000 hits in 24 hours on all sites').waitFor();
    await region.getByText(/Set by --alert/).waitFor();
    assert.equal(await region.getByRole('button', { name: /^Delete alert/ }).count(), 0);
    const form = region.getByRole('form', { name: 'New alert' });
    for (let times = 0; times < 2; times++) {
      await form.getByLabel('Number').focus();
      await page.keyboard.type('5');
      await form.getByLabel('In the last').focus();
      await page.keyboard.type('24 hours');
      await form.getByLabel('Site').fill(`https://${SITE}/`);
      await page.keyboard.press('Enter');
      if (times === 0) await region.getByText(name).waitFor();
    }
    await region.getByText(/already exists/).waitFor();
    // Its state appears by itself.
    const visitors = visitorsOf(hits, ({ site }) => site === SITE);
    await region.getByText(new RegExp(`^Active since .*: ${visitors} now$`)).waitFor({ timeout: SEEN_MS });
    await settled(page);
    await keepScreenshot(page, 'alerts-settings');
    assert.deepEqual(await violations(page), []);
    await page.setViewportSize(PHONE);
    assert.equal(await overflow(page), 0);
    // The console says that the second one was refused.
    open.faults.length = 0;
    await closeQuietly(open);
  });

  test('it is seen on its site and on the start page with its visitors, not on another site, until it is deleted', async () => {
    const open = await dashboard.open(`?site=${SITE}&period=day`, { viewport: DESKTOP });
    const { page } = open;
    const active = page.getByRole('list', { name: 'Active alerts' }).getByRole('listitem');
    await active.waitFor({ timeout: SEEN_MS });
    const visitors = visitorsOf(hits, ({ site }) => site === SITE);
    const text = await active.innerText();
    assert.ok(text.startsWith(`${name} since `) && text.endsWith(`: ${visitors} now`), text);
    await settled(page);
    await keepScreenshot(page, 'alerts');
    assert.deepEqual(await violations(page, SOME_LOOKS), []);
    assert.equal(await overflow(page), 0);
    await page.setViewportSize(DESKTOP);
    await page.goto(`${dashboard.url}/dashboard`);
    await active.waitFor({ timeout: SEEN_MS });
    await page.goto(`${dashboard.url}/dashboard?site=${OTHER}&period=day`);
    await page.getByRole('button', { name: `Site: ${OTHER}` }).waitFor();
    await settled(page);
    assert.equal(await active.count(), 0);
    await page.goto(`${dashboard.url}/dashboard/settings`);
    await page.getByRole('button', { name: `Delete alert ${name}` }).focus();
    await page.keyboard.press('Enter');
    await page.getByText(name).waitFor({ state: 'detached' });
    await page.goto(`${dashboard.url}/dashboard?site=${SITE}&period=day`);
    await settled(page);
    assert.equal(await active.count(), 0);
    await closeQuietly(open);
  });
});
