import type { Browser, Page } from 'playwright-core';
import { refreshDashboard } from '../scripts/dashboard.ts';
import { BROWSER_MISSING, browserProgram, launch } from '../test/fixtures/browser.ts';
import { type Bench, check } from './bench.ts';
import { GeneratedHits } from './generated-hits.ts';
import { below, type Goal, median, milliseconds, table, whole } from './results.ts';
import { Scratch } from './scratch.ts';
import { startHitTracker } from './server-process.ts';

const HITS = 10_000_000;
const QUICK_HITS = 200_000;
const PAGES = 50_000;
const DAY = 86_400_000;
const ROUNDS = 7;
const TOKEN = 'a-token-for-the-page';
const TIMEOUT_MS = 120_000;
/** The page shows three digits, and hits keep arriving while it opens. */
const SHOWN_TO = 0.01;
/** Milliseconds. */
const MOST_TO_PAINT = 1000;
const MOST_TO_REACT = 100;

/**
 * Runs in the page before everything else: measures when it is first usable, when it is complete, and for each click or
 * key, when the screen has changed and when the data has arrived.
 */
const STOPWATCH = `
const open = '.awaited, .skeleton, .plot-skeleton, .stale, [aria-busy=true]';
const watch = { useful: 0, ready: 0, started: 0, reacted: 0, answered: 0 };
globalThis.watch = watch;
const look = () => {
  const now = performance.now();
  if (!watch.useful && document.querySelector('.tile-value:not(.awaited)')) watch.useful = now;
  const isReady = document.querySelector('.u-over') && !document.querySelector(open);
  if (!watch.ready && isReady) watch.ready = now;
  if (watch.reacted && !watch.answered && isReady) watch.answered = now - watch.started;
};
new MutationObserver(() => {
  look();
  if (!watch.started || watch.reacted || watch.isPainting) return;
  watch.isPainting = true;
  requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      watch.reacted = performance.now() - watch.started;
      watch.isPainting = false;
      look();
    };
    port2.postMessage(null);
  });
}).observe(document, { subtree: true, childList: true, attributes: true, characterData: true });
for (const type of ['click', 'keydown']) {
  addEventListener(type, (event) => Object.assign(watch, { started: event.timeStamp, reacted: 0, answered: 0 }), true);
}
`;

interface Watch {
  readonly useful: number;
  readonly ready: number;
  readonly reacted: number;
  readonly answered: number;
}

/** The actions on the page, in order. */
const ACTIONS: readonly { readonly name: string; readonly run: (page: Page) => Promise<void> }[] = [
  { name: 'a country, by a click', run: (page) => page.getByRole('button', { name: /^Germany/ }).click() },
  { name: 'without it, by a key', run: async (page) => void (await page.keyboard.press('c')) },
  { name: '7 days, by a key', run: async (page) => void (await page.keyboard.press('w')) },
  { name: '12 months, by a key', run: async (page) => void (await page.keyboard.press('y')) },
  { name: 'today, by a key', run: async (page) => void (await page.keyboard.press('d')) },
];

/** How fast is the dashboard, with many hits in the store? */
export const page: Bench = async ({ quick, log }) => {
  const program = await browserProgram();
  if (program === undefined) {
    log(BROWSER_MISSING);
    return undefined;
  }
  await refreshDashboard();
  using scratch = new Scratch();
  const dataDir = scratch.path('data');
  const wanted = quick ? QUICK_HITS : HITS;
  const days = await fill(`${dataDir}/store`, wanted, log);
  await using server = await startHitTracker(dataDir, 'disk', TOKEN);
  const browser = await launch(program);
  try {
    return await measure(browser, server.url, quick ? 2 : ROUNDS, days, log);
  } finally {
    await browser.close();
  }
};

/** @returns people's hits of the last thirty days, including today */
async function fill(folder: string, hits: number, log: (line: string) => void): Promise<number> {
  const tomorrow = Math.floor(Date.now() / DAY) + 1;
  await using made = await GeneratedHits.open(folder, tomorrow);
  await made.fill(hits, PAGES, (day) => {
    if (day % 30 === 0) log(`${day} days are made`);
  });
  // The page opens with the last thirty days, up to now, in UTC.
  const from = made.end - 30 * DAY;
  const [count = 0] = await made.numbers(
    `SELECT count() FROM hits WHERE bot = '' AND time >= fromUnixTimestamp64Milli(${from}) AND time < now64(3)`,
  );
  return count;
}

async function measure(
  browser: Browser,
  url: string,
  rounds: number,
  wanted: number,
  log: (line: string) => void,
): ReturnType<Bench> {
  const opened: { paint: number; useful: number; ready: number }[] = [];
  const acted = ACTIONS.map(() => ({ reacted: [] as number[], answered: [] as number[] }));
  for (let round = 0; round < rounds; round++) {
    const context = await browser.newContext({
      viewport: { width: 1280, height: 900 },
      locale: 'en-GB',
      timezoneId: 'UTC',
    });
    await context.addInitScript({ content: STOPWATCH });
    const tab = await context.newPage();
    tab.setDefaultTimeout(TIMEOUT_MS);
    await tab.goto(`${url}/dashboard?token=${TOKEN}&metric=hits`);
    const { useful, ready } = await until(tab, 'ready');
    const paint = await tab.evaluate<number>(
      `performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN`,
    );
    opened.push({ paint, useful, ready });
    const shown = numberOf(await tab.locator('.tile-value').nth(1).innerText());
    check(Math.abs(shown / wanted - 1) < SHOWN_TO, `${shown} hits are shown, not ${wanted}`);
    for (const [at, { run }] of ACTIONS.entries()) {
      await run(tab);
      const { reacted, answered } = await until(tab, 'answered');
      acted[at]!.reacted.push(reacted);
      acted[at]!.answered.push(answered);
    }
    await context.close();
    log(`round ${round + 1}: useful after ${milliseconds(useful)}, all there after ${milliseconds(ready)}`);
  }
  return findings(opened, acted, wanted);
}

/** `721k` as a number. */
function numberOf(text: string): number {
  const [, digits = '', unit = ''] = /^([\d.,]+)([km]?)$/i.exec(text) ?? [];
  const times = { k: 1000, m: 1_000_000 }[unit.toLowerCase()] ?? 1;
  return Number(digits.replaceAll(',', '')) * times;
}

/** Waits until the stopwatch has a time. */
async function until(tab: Page, name: keyof Watch): Promise<Watch> {
  for (const end = Date.now() + TIMEOUT_MS; ; await tab.waitForTimeout(20)) {
    const watch = await tab.evaluate<Watch>('globalThis.watch');
    if (watch[name] > 0) return watch;
    check(Date.now() < end, `the page is not ${name} after ${TIMEOUT_MS} ms`);
  }
}

function findings(
  opened: readonly { paint: number; useful: number; ready: number }[],
  acted: readonly { reacted: readonly number[]; answered: readonly number[] }[],
  hits: number,
): Awaited<ReturnType<Bench>> {
  const row = (name: string, times: readonly number[]) => [
    name,
    milliseconds(median(times)),
    milliseconds(Math.max(...times)),
  ];
  const paints = opened.map(({ paint }) => paint);
  const usefuls = opened.map(({ useful }) => useful);
  const goals: Goal[] = [
    below(
      'first meaningful paint: figures of 30 days are there',
      MOST_TO_PAINT,
      median(usefuls),
      milliseconds,
    ),
    ...ACTIONS.map(({ name }, at) =>
      below(`${name}: the page reacts`, MOST_TO_REACT, median(acted[at]!.reacted), milliseconds),
    ),
  ];
  return {
    question: 'how fast is the dashboard, with ten million hits in the store?',
    body: [
      `Chromium opens the page on ${whole(hits)} hits of the last 30 days, out of thirteen months, like a first-time visitor, and uses it. From the start of the navigation, or from the click or key.`,
      table(
        ['opened', 'median', 'most'],
        [
          row('first paint', paints),
          row('figures are there', usefuls),
          row(
            'all of it is there',
            opened.map(({ ready }) => ready),
          ),
        ],
      ),
      table(
        ['action', 'reacts', 'most', 'data', 'most'],
        ACTIONS.map(({ name }, at) => [
          ...row(name, acted[at]!.reacted),
          ...row(name, acted[at]!.answered).slice(1),
        ]),
      ),
    ],
    goals,
    versions: [],
  };
}
