/**
 * Makes `docs/dashboard.png`: the dashboard with generated hits of a small company's sites, while more arrive.
 *
 * It looks best if the font Inter is installed (`apt-get install fonts-inter fonts-noto-color-emoji`).
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { type AnyServer, BEARER, TOKEN } from '../test/fixtures/any-server.ts';
import { BROWSER_MISSING, browserProgram, launch } from '../test/fixtures/browser.ts';
import { ServerHere } from '../test/fixtures/server-here.ts';
import { type SentHit, visitsOf } from '../test/fixtures/visits.ts';
import { refreshDashboard } from './dashboard.ts';

const FILE = join(import.meta.dirname, '../docs/dashboard.png');
const SITES = ['example.com', 'docs.example.com', 'shop.example.org'];
const DAY_MS = 86_400_000;
const DAYS = 65;
const VISITS = 24_000;
/** Number of hits sent at once. */
const BATCH = 5000;
/** How long hits arrive before the picture is taken, and how many in each tenth of a second. */
const LIVE_MS = 21_000;
const LIVE_STEP_MS = 100;
const MAX_BYTES = 200_000;

async function send(server: AnyServer, hits: readonly SentHit[]): Promise<void> {
  for (let at = 0; at < hits.length; at += BATCH) {
    const { status, text } = await server.post('/api/v1/hits', hits.slice(at, at + BATCH), BEARER);
    if (status !== 202) throw new Error(`the server answered ${status}: ${text}`);
  }
}

/** Live hits, in varying numbers. */
async function sendLive(server: AnyServer): Promise<void> {
  const to = Date.now();
  const hits = visitsOf({ from: to - DAY_MS, to, count: 1500, sites: SITES }).filter(({ name }) => !name);
  const steps = LIVE_MS / LIVE_STEP_MS;
  for (let step = 0, at = 0; step < steps; step++) {
    const count = Math.round(2.2 + 1.6 * Math.sin(step / 9) + 1.2 * Math.sin(step / 4));
    const time = new Date().toISOString();
    await send(
      server,
      hits.slice(at, at + count).map((hit) => ({ ...hit, time })),
    );
    at += count;
    await sleep(LIVE_STEP_MS);
  }
}

async function take(browser: Browser, server: AnyServer): Promise<void> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 1060 },
    locale: 'en-GB',
    colorScheme: 'light',
  });
  const page = await context.newPage();
  await page.addInitScript({ content: "localStorage.setItem('hit-tracker.window', '20')" });
  const address = `http://127.0.0.1:${server.port}/dashboard`;
  await page.goto(`${address}?token=${TOKEN}&period=30d&date=${yesterday()}`);
  await page.locator('.u-over').waitFor();
  await sendLive(server);
  await page.screenshot({ path: FILE });
  await context.close();
}

/** A past day, so that no line drops at its end. */
function yesterday(): string {
  return new Date(Date.now() - DAY_MS).toISOString().slice(0, 10);
}

const program = await browserProgram();
if (program === undefined) throw new Error(BROWSER_MISSING);
await refreshDashboard();
const folder = mkdtempSync(join(tmpdir(), 'hit-tracker-screenshot-'));
try {
  await using server = await ServerHere.start({ after: () => undefined }, join(folder, 'data'));
  const to = Date.now();
  await send(server, visitsOf({ from: to - DAYS * DAY_MS, to, count: VISITS, sites: SITES }));
  const browser = await launch(program);
  try {
    await take(browser, server);
  } finally {
    await browser.close();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const { size } = statSync(FILE);
if (size > MAX_BYTES) throw new Error(`${FILE} has ${size} bytes, more than ${MAX_BYTES}`);
console.log(`${FILE}: ${size} bytes`);
