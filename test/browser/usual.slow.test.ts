/** What is usual at this hour, and spikes of the chart: the numbers are those of a plain recount of the hits. */
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { violations } from '../fixtures/axe.ts';
import { BROWSER_MISSING, browserProgram } from '../fixtures/browser.ts';
import { closeQuietly, Dashboard, keepScreenshot, overflow, PHONE, settled } from '../fixtures/dashboard.ts';
import { until } from '../fixtures/scaled-timeout.ts';
import { bodiesOf, type VisitorHit, visitorsOf } from '../fixtures/visitor-hit.ts';

const SITE = 'usual.example';
const YOUNG = 'young.example';
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Days before today with a spike, and its visitors. */
const SPIKE = { ago: 9, visitors: 80 };
const DESKTOP = { width: 1440, height: 900 };
const program = await browserProgram();

/** Each day has its visitors in this hour and others in the hour before; three weeks ago came more. Now there is a rush. */
function sentHits(now: number): VisitorHit[] {
  const hour = new Date(now).setMinutes(0, 0, 0);
  const hits: VisitorHit[] = [{ site: YOUNG, path: '/', visitor: 'v', time: now - 3 * DAY }];
  for (let ago = 1; ago <= 35; ago++) {
    const start = new Date(hour);
    start.setDate(start.getDate() - ago);
    const visitors = ago === SPIKE.ago ? SPIKE.visitors : 6 + (ago % 3) + (ago === 21 ? 9 : 0);
    for (let at = 0; at < visitors; at++) {
      const who = { site: SITE, visitor: `d${ago}v${at}`, time: start.getTime() + at * 20_000 };
      for (let view = 0; view <= at % 3; view++) hits.push({ ...who, path: `/${view}` });
      if (at < 3) hits.push({ ...who, path: '/early', time: start.getTime() - 30 * 60_000 });
      // The hour may end while the test runs.
      if (at < 4) hits.push({ ...who, path: '/late', time: start.getTime() + HOUR + at * 1000 });
    }
  }
  for (let at = 0; at < 40; at++) hits.push({ site: SITE, visitor: `now${at}`, path: '/', time: now - at });
  return hits;
}

/** The same hour of the same weekday of the last four weeks, in a plain loop. */
function usualHour(hits: readonly VisitorHit[], now: number): { hits: number; visitors: number } {
  let [count, visitors] = [0, 0];
  for (const week of [1, 2, 3, 4]) {
    const from = new Date(new Date(now).setMinutes(0, 0, 0));
    from.setDate(from.getDate() - 7 * week);
    const isIn = ({ site, time }: VisitorHit) =>
      site === SITE && time >= from.getTime() && time < from.getTime() + HOUR;
    for (const hit of hits) if (isIn(hit)) count++;
    visitors += visitorsOf(hits, isIn);
  }
  return { hits: Math.round(count / 4), visitors: Math.round(visitors / 4) };
}

describe('what is usual', { skip: program === undefined && BROWSER_MISSING }, async () => {
  if (program === undefined) return;
  const dashboard = await Dashboard.start(program);
  const now = Date.now();
  const hits = sentHits(now);

  before(() => dashboard.send(bodiesOf(hits)));

  test('Now is beside the mean of this hour and weekday of four weeks, and says that it is far from it', async () => {
    const open = await dashboard.open(`?site=${SITE}&period=30d`, { viewport: DESKTOP });
    const { page } = open;
    const card = page.getByRole('region', { name: 'Now', exact: true });
    await until('what is usual', async () => {
      const usual = usualHour(hits, Date.now());
      const text = `Usual at this hour: ${usual.visitors} visitors and ${usual.hits} hits an hour`;
      return (await card.getByText(text).count()) === 1;
    });
    await card.getByText('Far more hits than usual.').waitFor();
    await page.setViewportSize(PHONE);
    assert.equal(await overflow(page), 0);
    await closeQuietly(open);
  });

  test('what is usual appears although the server is too busy at first', async () => {
    const open = await dashboard.open();
    const page = await open.page.context().newPage();
    let times = 0;
    await page.route(/\/stats\?.*interval=hour/, (route) =>
      times++ === 0 ? route.fulfill({ status: 503, json: { detail: 'busy' } }) : route.continue(),
    );
    await page.goto(`${dashboard.url}/dashboard?site=${SITE}&period=30d`);
    await page.getByText('Usual at this hour').waitFor();
    // Four weeks, one of them twice; the hour may end while the test runs.
    assert.ok(times >= 5, `${times} queries`);
    await page.context().close();
  });

  test('nothing is usual on a site that is younger than a week', async () => {
    const open = await dashboard.open(`?site=${YOUNG}&period=30d`);
    const { page } = open;
    await settled(page);
    const card = page.getByRole('region', { name: 'Now', exact: true });
    await card.locator('dd').first().waitFor();
    assert.equal(await card.getByText('Usual at this hour').count(), 0);
    await closeQuietly(open);
  });

  test('a spike is marked with its visitors and the usual ones, and leads to its day by keyboard', async () => {
    const open = await dashboard.open(`?site=${SITE}&period=28d`, { viewport: DESKTOP });
    const { page } = open;
    await settled(page);
    const days = Array.from({ length: 28 }, (_, ago) => {
      const day = new Date(now - ago * DAY).toDateString();
      return visitorsOf(hits, ({ site, time }) => site === SITE && new Date(time).toDateString() === day);
    });
    const sorted = days.toSorted((a, b) => a - b);
    const median = (sorted[13]! + sorted[14]!) / 2;
    // Those of the same weekday.
    const others = [-7, 7, 14].map((after) => days[SPIKE.ago + after]!).toSorted((a, b) => a - b);
    const usual = Math.max(median, others[1]!);
    const spikes = page.getByRole('list', { name: 'Spikes' }).getByRole('listitem');
    await spikes.first().waitFor();
    const texts = await spikes.allInnerTexts();
    // The rush of this hour is one too.
    assert.equal(texts.length, 2);
    assert.match(texts[0]!, new RegExp(`${SPIKE.visitors} visitors, usually ${Math.round(usual)}$`));
    await page.locator('.u-over').waitFor();
    await keepScreenshot(page, 'spikes');
    assert.deepEqual(await violations(page), []);
    await page.setViewportSize(PHONE);
    assert.equal(await overflow(page), 0);
    await page.setViewportSize(DESKTOP);
    await spikes.first().getByRole('button').focus();
    await page.keyboard.press('Enter');
    await settled(page);
    const tile = page.locator('.tile').filter({ hasText: 'Visitors' }).locator('.tile-value');
    assert.equal(await tile.innerText(), String(SPIKE.visitors));
    await closeQuietly(open);
  });
});
