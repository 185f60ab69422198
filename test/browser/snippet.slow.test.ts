/** The script in real pages of other sites, in a real browser, and what the server stores of them. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { refreshSnippet, snippetSizes } from '../../scripts/snippet.ts';
import type { Stats, Top } from '../../src/index.ts';
import { BEARER, FIREFOX } from '../fixtures/any-server.ts';
import { BROWSER_MISSING, browserProgram, launch } from '../fixtures/browser.ts';
import { file } from '../fixtures/file-scope.ts';
import { PageServer } from '../fixtures/page-server.ts';
import { scaledTimeout } from '../fixtures/scaled-timeout.ts';
import { ServerHere } from '../fixtures/server-here.ts';

const program = await browserProgram();
await refreshSnippet();
const MOST_MS = scaledTimeout(30_000);

interface ExportedHit {
  readonly name: string;
  readonly path: string;
  readonly hostname: string;
  readonly screen: string;
  readonly value: string;
  readonly currency: string;
  readonly interactive: number;
  readonly engaged: number;
  readonly scroll: number;
}

test('the script is smaller than a kibibyte gzipped', () => {
  const { gzip } = snippetSizes();
  assert.ok(gzip < 1024, `${gzip} bytes`);
});

describe('the script', {
  skip: program === undefined && BROWSER_MISSING,
  timeout: scaledTimeout(180_000),
}, () => {
  const folder = mkdtempSync(join(tmpdir(), 'hit-tracker-snippet-'));
  let server: ServerHere;
  let pages: PageServer;
  let browser: Browser;
  let stats = '';

  before(async () => {
    [server, pages, browser] = await Promise.all([
      ServerHere.start(file, join(folder, 'data')),
      PageServer.start(),
      // All hosts resolve to this machine, so that sites have names, and are cross-site to each other.
      launch(program!, ['--host-resolver-rules=MAP *.example 127.0.0.1']),
    ]);
    stats = `http://stats.example:${server.port}`;
  });
  after(async () => {
    await browser.close();
    await pages[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  const script = (attributes = '') => `<script defer src="${stats}/script.js" ${attributes}></script>`;
  const html = (head: string, body = '') =>
    `<!doctype html><title>A page</title><head>${head}</head><body>${body}<p>text</p></body>`;

  /** Opens a page of a site in a new browser. */
  async function open(address: string, options: BrowserContextOptions = {}): Promise<Page> {
    const context: BrowserContext = await newContext(options);
    const page = await context.newPage();
    await page.goto(urlOf(address));
    return page;
  }

  /** Of a person's browser: a headless one would identify itself as such. */
  const newContext = (options: BrowserContextOptions = {}) =>
    browser.newContext({ userAgent: FIREFOX, ...options });
  const urlOf = (address: string) => `http://${address.replace('/', `:${pages.port}/`)}`;

  /** Values of a dimension and their hits, once the number of hits is reached. */
  async function counted(
    site: string,
    hits: number,
    by = 'path',
    words = '',
  ): Promise<Record<string, number>> {
    let found: Record<string, number> = {};
    for (const end = Date.now() + MOST_MS; Date.now() < end; await sleep(50)) {
      // Live counts cost nothing, and are there no later.
      if ((await server.total(site)).hits < hits) continue;
      const { rows } = await server.ask<Top>(`/api/v1/top?by=${by}&site=${site}&limit=100${words}`);
      found = Object.fromEntries(rows.map((row) => [row.value, row.hits]));
      if (Object.values(found).reduce((sum, count) => sum + count, 0) >= hits) return found;
    }
    assert.fail(`${site}: ${JSON.stringify(found)}, not ${hits} hits`);
  }

  test('counts a plain page of another site once, without a cookie, and where it came from', async () => {
    pages.put('/', { html: html(script('data-site="plain.example"')) });
    const page = await open('plain.example/news?utm_source=mail');
    await page.goto(urlOf('plain.example/second#part'), { referer: 'http://search.invalid/' });
    assert.deepEqual(await counted('plain.example', 2), { '/news': 1, '/second': 1 });
    // Both pages are of one visit, whose source is that of the first.
    assert.deepEqual(await counted('plain.example', 2, 'utm_source'), { mail: 2 });
    assert.deepEqual(await page.context().cookies(), []);
    assert.deepEqual(await counted('plain.example', 2, 'source'), { Email: 2 });
    const { totals } = await server.ask<Stats>('/api/v1/stats?site=plain.example');
    assert.equal(totals.visitors, 1);
    await page.context().close();
  });

  test('counts each page of a single-page app once', async () => {
    pages.put('/app', { html: html(script()) });
    const page = await open('app.example/app');
    await counted('app.example', 1);
    await page.evaluate(`
      history.pushState({}, '', '/app/a');
      history.replaceState({ scroll: 7 }, '', '/app/a');
      history.pushState({}, '', '#only-a-part');`);
    await counted('app.example', 2);
    await page.evaluate("history.pushState({}, '', '/app/b')");
    await counted('app.example', 3);
    await page.goBack();
    assert.deepEqual(await counted('app.example', 4), { '/app': 1, '/app/a': 2, '/app/b': 1 });
    await page.context().close();
  });

  test('counts hashes as pages if configured', async () => {
    pages.put('/', { html: html(script('data-hash')) });
    const page = await open('hash.example/#/first');
    await counted('hash.example', 1);
    await page.evaluate("location.hash = '#/second'");
    assert.deepEqual(await counted('hash.example', 2), { '/first': 1, '/second': 1 });
    await page.context().close();
  });

  test('counts events with properties, even those called before it loaded', async () => {
    const stub =
      '<script>window.hit=window.hit||function(){(hit.q=hit.q||[]).push(arguments)};hit("early",{n:1})</script>';
    pages.put('/', {
      html: html(
        stub + script('data-outbound'),
        '<a href="http://other.example/x"><b>out</b></a><a href="/in">in</a>',
      ),
    });
    const page = await open('events.example/');
    await counted('events.example', 2, 'name');
    await page.evaluate("hit('signup', { plan: 'team' })");
    await page.getByText('out').click({ modifiers: ['Control'] });
    const names = await counted('events.example', 4, 'name');
    assert.deepEqual(names, { pageview: 1, early: 1, signup: 1, outbound: 1 });
    assert.deepEqual(await counted('events.example', 1, 'prop:plan', '&name=signup'), { team: 1 });
    assert.deepEqual(await counted('events.example', 1, 'prop:url'), { 'http://other.example/x': 1 });
    await page.context().close();
  });

  test('works under a strict policy that allows it, without console messages', async () => {
    const policy = `default-src 'none'; script-src ${stats}; connect-src ${stats}`;
    pages.put('/', { html: html(script()), policy });
    const context = await newContext();
    const page = await context.newPage();
    const said: string[] = [];
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(String(error)));
    await page.goto(urlOf('strict.example/'));
    assert.deepEqual(await counted('strict.example', 1), { '/': 1 });
    assert.deepEqual(said, []);
    await context.close();
  });

  test('is not needed without JavaScript: the pixel counts', async () => {
    const pixel = `<noscript><img src="${stats}/hit.gif?site=bare.example" alt="" referrerpolicy="no-referrer-when-downgrade"></noscript>`;
    pages.put('/', { html: html(script(), pixel) });
    const page = await open('bare.example/bare', { javaScriptEnabled: false });
    assert.deepEqual(await counted('bare.example', 1), { '/bare': 1 });
    await page.context().close();
  });

  test('respects Do Not Track if configured, and ignores local pages', async () => {
    const ask = (page: Page) => page.evaluate("fetch('/beacon').catch(() => undefined).then(() => null)");
    pages.put('/', { html: html(script('data-dnt')) });
    for (const wish of ["'doNotTrack', { value: '1' }", "'globalPrivacyControl', { value: true }"]) {
      const context = await newContext();
      await context.addInitScript({ content: `Object.defineProperty(navigator, ${wish})` });
      const page = await context.newPage();
      await page.goto(urlOf('silent.example/'));
      await ask(page);
      await context.close();
    }
    pages.put('/', {
      html: html(
        `<script defer src="http://127.0.0.1:${server.port}/script.js" data-site="silent.example"></script>`,
      ),
    });
    const near = await (await newContext()).newPage();
    await near.goto(`http://127.0.0.1:${pages.port}/local`);
    await ask(near);
    await near.context().close();
    // Anything sent before this hit would be there too.
    pages.put('/', { html: html(script('data-dnt data-local data-site="silent.example"')) });
    const heard = await open('silent.example/heard');
    assert.deepEqual(await counted('silent.example', 1), { '/heard': 1 });
    await heard.context().close();
  });

  test('reaches the server even if a browser has no beacons', async () => {
    pages.put('/', { html: html(script()) });
    const context = await newContext();
    await context.addInitScript({
      content: "Object.defineProperty(navigator, 'sendBeacon', { value: undefined })",
    });
    const page = await context.newPage();
    await page.goto(urlOf('old.example/'));
    assert.deepEqual(await counted('old.example', 1), { '/': 1 });
    await context.close();
  });

  /** Rows of an export, once there are so many with a name. */
  async function exported(site: string, name: string, count: number): Promise<ExportedHit[]> {
    let rows: ExportedHit[] = [];
    for (const end = Date.now() + MOST_MS; Date.now() < end; await sleep(50)) {
      // What a page sends as it is closed, this browser sends with its own user agent, which is that of a bot.
      const path = `/api/v1/export?format=ndjson&bots=include&site=${site}`;
      const { text } = await server.send(path, { headers: BEARER });
      const lines = text.split('\n').filter((line) => line !== '');
      rows = lines.map((line) => JSON.parse(line) as ExportedHit).filter((row) => row.name === name);
      if (rows.length >= count) return rows;
    }
    assert.fail(`${site}: ${JSON.stringify(rows)}, not ${count} of ${name}`);
  }

  test('reports how long and how far down each page is viewed, and counts nothing for it', async () => {
    pages.put('/long', { html: html(script(), '<div style="height: 5000px"></div>') });
    const page = await open('read.example/long');
    await counted('read.example', 1);
    await page.evaluate('scrollTo(0, 2000)');
    await sleep(200);
    await page.evaluate("history.pushState({}, '', '/next')");
    await counted('read.example', 2);
    await page.goto('about:blank');
    const [first, second] = await exported('read.example', 'engagement', 2);
    assert.equal(first?.path, '/long');
    assert.ok(first.engaged >= 150 && first.engaged < MOST_MS, `${first.engaged} ms`);
    assert.ok(first.scroll > 40 && first.scroll < 80, `${first.scroll} %`);
    assert.equal(second?.path, '/next');
    assert.equal(first.hostname, 'read.example');
    assert.equal(first.screen, 'Laptop');
    assert.deepEqual(await counted('read.example', 2, 'name'), { pageview: 2 });
    assert.equal((await server.total('read.example')).hits, 2);
    await page.context().close();
  });

  test('reports how a page is viewed although the clock is set back', async () => {
    pages.put('/', { html: html(script(), '<div style="height: 5000px"></div>') });
    const page = await open('clock.example/');
    await counted('clock.example', 1);
    await page.evaluate('Date.now = () => 1000');
    await page.evaluate("history.pushState({}, '', '/next')");
    const [signal] = await exported('clock.example', 'engagement', 1);
    assert.equal(signal?.path, '/');
    assert.ok(signal.scroll > 0, `${signal.scroll} %`);
    await page.context().close();
  });

  test('reports what an event is worth, and whether the visitor did it', async () => {
    pages.put('/', { html: html(script()) });
    const page = await open('shop.example/');
    await counted('shop.example', 1);
    await page.evaluate("hit('order', { size: 3 }, { value: '19.90', currency: 'EUR' })");
    await page.evaluate("hit('reminder', undefined, { interactive: false })");
    const [order] = await exported('shop.example', 'order', 1);
    assert.deepEqual([order?.value, order?.currency, order?.interactive], ['19.9', 'EUR', 1]);
    assert.equal((await exported('shop.example', 'reminder', 1))[0]?.interactive, 0);
    await page.context().close();
  });

  test('waits until the page is visible, and counts returning visits again', async () => {
    pages.put('/', { html: html(script()) });
    const context = await newContext();
    const page = await context.newPage();
    await page.addInitScript({
      content: `
        let state = 'hidden';
        Object.defineProperty(document, 'visibilityState', { get: () => state });
        Object.defineProperty(document, 'hidden', { get: () => state === 'hidden' });
        window.show = () => {
          state = 'visible';
          document.dispatchEvent(new Event('visibilitychange'));
        };`,
    });
    await page.goto(urlOf('hidden.example/'));
    await page.evaluate("history.replaceState({}, '', '/seen')");
    await page.evaluate('show()');
    assert.deepEqual(await counted('hidden.example', 1), { '/seen': 1 });
    await page.evaluate("window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))");
    assert.deepEqual(await counted('hidden.example', 2), { '/seen': 2 });
    await context.close();
  });
});
