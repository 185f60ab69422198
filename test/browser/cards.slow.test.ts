/** Cards about links, missing pages, versions, engagement and logs: their numbers are those of a plain recount. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { promisify } from 'node:util';
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

const CLI = join(import.meta.dirname, '../../src/cli.ts');
const SITE = 'cards.example';
const LOGGED = 'logged.example';
const DAY = 86_400_000;
const VISITORS = 60;
const program = await browserProgram();

/** In a page. */
declare class MutationObserver {
  constructor(seen: (records: readonly { readonly type: string }[]) => void);
  observe(element: unknown, options: { readonly attributeFilter: readonly string[] }): void;
}

interface Sent {
  readonly visitor: string;
  readonly path: string;
  readonly version: number;
  readonly time: number;
  readonly name?: string;
  readonly url?: string;
  readonly engaged?: number;
  readonly scroll?: number;
}

interface Request {
  readonly address: string;
  readonly path: string;
  readonly status: number;
}

/** Visitors with three versions of Firefox; some click links, download, or miss a page; all are engaged for a while. */
function sentHits(now: number): Sent[] {
  const hits: Sent[] = [];
  for (let at = 0; at < VISITORS; at++) {
    const who = { visitor: `v${at}`, version: 138 + (at % 3), time: now - (at % 9) * DAY - at * 1000 };
    const path = `/p${at % 4}`;
    hits.push({ ...who, path });
    hits.push({ ...who, path, name: 'engagement', engaged: 1000 * (5 + at), scroll: 10 + at });
    if (at % 2 === 0) hits.push({ ...who, path, name: 'outbound', url: `https://out${at % 5}.example/` });
    if (at % 12 === 0) hits.push({ ...who, path, name: 'outbound', url: 'https://out0.example/' });
    if (at % 5 === 0)
      hits.push({ ...who, path, name: 'download', url: `https://cards.example/f${at % 3}.pdf` });
    if (at % 7 === 0) hits.push({ ...who, path: `/gone${at % 2}`, name: '404' });
  }
  return hits;
}

/** Requests of a log: pages, their images, and missing pages. */
function requests(): Request[] {
  return Array.from({ length: 400 }, (_, at) => {
    const address = `2.21.${at % 9}.7`;
    if (at % 3 === 1) return { address, path: `/i${at % 4}.png`, status: at % 8 === 0 ? 304 : 200 };
    if (at % 3 === 2) return { address, path: `/missing${at % 2}`, status: 404 };
    return { address, path: `/page${at % 5}`, status: at % 10 === 0 ? 500 : 200 };
  });
}

function logLine({ address, path, status }: Request, time: Date): string {
  const [, month] = time.toUTCString().split(' ').slice(1);
  const day = String(time.getUTCDate()).padStart(2, '0');
  const stamp = `${day}/${month}/${time.getUTCFullYear()}:${time.toISOString().slice(11, 19)} +0000`;
  return `${address} - - [${stamp}] "GET ${path} HTTP/1.1" ${status} 12 "-" "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"`;
}

/** Hits and distinct visitors by a value, counted in a plain loop. */
function recount<Row>(
  rows: readonly Row[],
  keyOf: (row: Row) => string | undefined,
  visitorOf: (row: Row) => string,
): Record<string, [hits: number, visitors: number]> {
  const counts: Record<string, { hits: number; visitors: Set<string> }> = {};
  for (const row of rows) {
    const value = keyOf(row);
    if (value === undefined) continue;
    counts[value] ??= { hits: 0, visitors: new Set() };
    counts[value].hits++;
    counts[value].visitors.add(visitorOf(row));
  }
  return Object.fromEntries(
    Object.entries(counts).map(([value, { hits, visitors }]) => [value, [hits, visitors.size]]),
  );
}

/** Rows of the shown table of a card, with the numbers of two of its columns. */
async function shown(page: Page, card: string, tab: string): Promise<Record<string, [number, number]>> {
  const region = page.getByRole('region', { name: card, exact: true });
  await region.getByRole('tab', { name: tab, exact: true }).click();
  await region.getByRole('rowheader').first().waitFor();
  await settled(page);
  const rows: Record<string, [number, number]> = {};
  for (const row of (await region.getByRole('row').all()).slice(1)) {
    const texts = await row.locator('th, td').allInnerTexts();
    const [name = '', first = '', second = ''] = texts.map((text) => text.trim());
    rows[name] = [Number.parseFloat(first.replace(',', '')), Number.parseFloat(second.replace(',', ''))];
  }
  return rows;
}

describe('cards', { skip: program === undefined && BROWSER_MISSING }, async () => {
  if (program === undefined) return;
  const dashboard = await Dashboard.start(program);
  const hits = sentHits(Date.now() - 60_000);
  const log = requests();
  const period = `?site=${SITE}&period=30d&compare=none`;

  before(async () => {
    await dashboard.send(
      hits.map(({ version, time, url, ...hit }) => ({
        ...{ ...hit, site: SITE, time: new Date(time).toISOString() },
        user_agent: `Mozilla/5.0 (X11; Linux x86_64; rv:${version}.0) Gecko/20100101 Firefox/${version}.0`,
        ...(url !== undefined && { props: { url } }),
      })),
    );
    const file = join(dashboard.dataDir, '../access.log');
    const start = Date.now() - DAY;
    writeFileSync(file, `${log.map((each, at) => logLine(each, new Date(start + at * 1000))).join('\n')}\n`);
    // The server on the folder imports it.
    const args = [CLI, 'import', file, '--site', LOGGED, '--data-dir', dashboard.dataDir, '--json'];
    const { stdout } = await promisify(execFile)(process.execPath, args);
    assert.equal((JSON.parse(stdout) as { imported: number }).imported, log.length);
  });

  test('outbound links, downloads and missing pages have the clicks and visitors that were sent', async () => {
    const open = await dashboard.open(period);
    const { page } = open;
    const events = page.getByRole('region', { name: 'Events', exact: true });
    // The site has no goals.
    await events.getByRole('rowheader', { name: 'outbound' }).waitFor();
    assert.equal(
      await events.getByRole('tab', { name: 'Events', exact: true }).getAttribute('aria-selected'),
      'true',
    );
    const urlsOf = (wanted: string) =>
      recount(
        hits,
        ({ name, url }) => (name === wanted ? url : undefined),
        ({ visitor }) => visitor,
      );
    assert.deepEqual(await shown(page, 'Events', 'Outbound links'), urlsOf('outbound'));
    assert.deepEqual(await shown(page, 'Events', 'Downloads'), urlsOf('download'));
    const missing = recount(
      hits,
      ({ name, path }) => (name === '404' ? path : undefined),
      ({ visitor }) => visitor,
    );
    assert.deepEqual(await shown(page, 'Pages', 'Not found'), missing);
    await closeQuietly(open);
  });

  test('a card keeps its tab while the chart shows another metric', async () => {
    const open = await dashboard.open(period);
    const { page } = open;
    const events = page.getByRole('region', { name: 'Events', exact: true });
    await events.getByRole('rowheader', { name: 'outbound' }).waitFor();
    await settled(page);
    const goals = await events.getByRole('tab', { name: 'Goals', exact: true }).elementHandle();
    const changes = await page.evaluateHandle((tab) => {
      const seen: string[] = [];
      new MutationObserver((records) => seen.push(...records.map(({ type }) => type))).observe(tab, {
        attributeFilter: ['aria-selected'],
      });
      return seen;
    }, goals);
    await page
      .locator('.tile')
      .filter({ hasText: /^Visits/ })
      .click();
    await settled(page);
    assert.match(page.url(), /metric=visits/);
    assert.deepEqual(await changes.jsonValue(), []);
    await closeQuietly(open);
  });

  test('versions are those of their browsers, and a click selects both', async () => {
    const open = await dashboard.open(period);
    const { page } = open;
    const versions = recount(
      hits,
      ({ version }) => `Firefox ${version}`,
      ({ visitor }) => visitor,
    );
    const rows = await shown(page, 'Devices', 'Browser versions');
    assert.deepEqual(
      Object.fromEntries(Object.entries(rows).map(([name, [visitors]]) => [name, visitors])),
      Object.fromEntries(Object.entries(versions).map(([name, [, visitors]]) => [name, visitors])),
    );
    const devices = page.getByRole('region', { name: 'Devices', exact: true });
    await devices.getByRole('button', { name: 'Firefox 139' }).focus();
    await page.keyboard.press('Enter');
    await page
      .locator('.chip')
      .getByText(/Browser is Firefox and Browser version is 139/)
      .waitFor();
    await settled(page);
    const tile = page.locator('.tile').filter({ hasText: 'Visitors' }).locator('.tile-value');
    assert.equal(await tile.innerText(), String(versions['Firefox 139']![1]));
    await closeQuietly(open);
  });

  test('pages have the time and depth that their visitors were engaged', async () => {
    const open = await dashboard.open(period);
    const { page } = open;
    const rows = await shown(page, 'Pages', 'Engagement');
    for (let at = 0; at < 4; at++) {
      let [seconds, depth, pages] = [0, 0, 0];
      for (const { path, engaged, scroll } of hits) {
        if (path !== `/p${at}` || engaged === undefined || scroll === undefined) continue;
        seconds += engaged / 1000;
        depth += scroll;
        pages++;
      }
      const [shownSeconds, shownDepth] = rows[`/p${at}`]!;
      assert.ok(Math.abs(shownSeconds - seconds / pages) <= 0.5, `/p${at}: ${shownSeconds} s`);
      assert.ok(Math.abs(shownDepth - depth / pages) < 0.06, `/p${at}: ${shownDepth} %`);
    }
    await closeQuietly(open);
  });

  test('a log has a card of its statuses and static files, and a site without one has not', async () => {
    const open = await dashboard.open(`?site=${LOGGED}&period=7d&compare=none`);
    const { page } = open;
    await page.getByRole('region', { name: 'Requests', exact: true }).waitFor();
    const by = (keyOf: (request: Request) => string | undefined) =>
      recount(log, keyOf, ({ address }) => address);
    assert.deepEqual(
      await shown(page, 'Requests', 'Status codes'),
      by(({ status }) => String(status)),
    );
    assert.deepEqual(
      await shown(page, 'Requests', 'Static files'),
      by(({ path }) => (path.endsWith('.png') ? path : undefined)),
    );
    assert.deepEqual(
      await shown(page, 'Pages', 'Not found'),
      by(({ path, status }) => (status === 404 ? path : undefined)),
    );
    await keepScreenshot(page, 'cards-log');
    await page.goto(`${dashboard.url}/dashboard${period}`);
    await page.getByRole('region', { name: 'Events', exact: true }).getByRole('rowheader').first().waitFor();
    await settled(page);
    assert.equal(await page.getByRole('region', { name: 'Requests', exact: true }).count(), 0);
    await closeQuietly(open);
  });

  test('no card stands half empty, and all of them are accessible and fit a phone', async () => {
    const open = await dashboard.open(period, { viewport: { width: 1440, height: 900 } });
    const { page } = open;
    await page.getByRole('region', { name: 'Events', exact: true }).getByRole('rowheader').first().waitFor();
    await settled(page);
    const gaps = await page.locator('.cards .card').evaluateAll((cards) =>
      cards.map((card) => {
        const texts = card.querySelectorAll('.panel .value, .panel .nothing');
        const bottoms = [...texts].map((each) => each.getBoundingClientRect().bottom);
        return card.getBoundingClientRect().bottom - Math.max(...bottoms);
      }),
    );
    const excluded = await page.getByRole('region', { name: 'Excluded', exact: true }).boundingBox();
    assert.ok(excluded!.height < 180, 'a card with nothing but a sentence is short');
    assert.ok(gaps.length >= 6);
    assert.deepEqual(
      gaps.filter((gap) => gap > 40),
      [],
    );
    await keepScreenshot(page, 'cards');
    assert.deepEqual(await violations(page), []);
    await page.setViewportSize(PHONE);
    assert.equal(await overflow(page), 0);
    await keepScreenshot(page, 'cards-phone');
    await page.setViewportSize(WIDE);
    await closeQuietly(open);
  });
});
