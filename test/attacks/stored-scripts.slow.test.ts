/** Scripts that hits and definitions store do not run in the browser of who looks at them. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BEARER, FIREFOX } from '../fixtures/any-server.ts';
import { BROWSER_MISSING, browserProgram } from '../fixtures/browser.ts';
import { closeQuietly, Dashboard, settled } from '../fixtures/dashboard.ts';
import { scaledTimeout } from '../fixtures/scaled-timeout.ts';

const SITE = 'scripts.example';
const RUN = 'window.owned=1';
/** What leaves the text that a script is put into. */
const ESCAPES = ['', '">', "'>", '</title></textarea></style></script>'];
const SCRIPTS = [
  `<script>${RUN}</script>`,
  `<ScRiPt>${RUN}</sCrIpT>`,
  `<img src=x onerror=${RUN}>`,
  `<svg onload=${RUN}>`,
  `<svg><script>${RUN}</script></svg>`,
  `<svg><animate onbegin=${RUN} attributeName=x dur=1s>`,
  `<iframe srcdoc="<script>parent.owned=1</script>"></iframe>`,
  `<iframe src="javascript:parent.owned=1"></iframe>`,
  `<details open ontoggle=${RUN}>`,
  `<input autofocus onfocus=${RUN}>`,
  `<body onload=${RUN}>`,
  `<math><mtext><img src=x onerror=${RUN}></mtext></math>`,
  `" autofocus onfocus="${RUN}" x="`,
];
const PAYLOADS = ESCAPES.flatMap((before) => SCRIPTS.map((script) => before + script));
const LINKS = [`javascript:${RUN}`, `data:text/html,<script>${RUN}</script>`];

const program = await browserProgram();

describe('52 stored scripts', { skip: program === undefined && BROWSER_MISSING }, async () => {
  if (program === undefined) return;
  assert.equal(PAYLOADS.length, 52);
  const dashboard = await Dashboard.start(program);

  test('do not run on the dashboard, or in badges and counters', {
    timeout: scaledTimeout(240_000),
  }, async () => {
    const { server } = dashboard;
    const fields = { site: SITE, user_agent: FIREFOX, address: '2.21.17.9' };
    const hits = PAYLOADS.flatMap((payload) => {
      const word = encodeURIComponent(payload);
      return [
        { ...fields, path: `/${payload.replaceAll(/[?#]/g, '')}`, title: payload },
        { ...fields, path: '/name', name: payload.slice(0, 100), props: { [payload.slice(0, 40)]: payload } },
        {
          ...fields,
          path: `/?utm_source=${word}&utm_medium=${word}&utm_campaign=${word}`,
          language: payload,
        },
        { ...fields, path: '/from', referrer: `https://r.example/${word}` },
      ];
    });
    hits.push(...LINKS.map((link) => ({ ...fields, path: link, referrer: link })));
    const { text } = await server.post('/api/v1/hits', hits, BEARER);
    const { accepted } = JSON.parse(text) as { accepted: number };
    assert.ok(accepted > hits.length / 2, text);
    let defined = 0;
    for (const [kind, definition] of [
      ['goals', (name: string) => ({ name, action: { kind: 'event', event: 'x' } })],
      ['segments', (name: string) => ({ name, filters: [['is', 'page', ['/']]] })],
      ['annotations', (name: string) => ({ name, day: new Date().toISOString().slice(0, 10), text: name })],
    ] as const)
      for (const payload of PAYLOADS.slice(0, 8)) {
        const { status } = await server.post(`/api/v1/sites/${SITE}/${kind}`, definition(payload), BEARER);
        if (status === 201) defined++;
      }
    assert.ok(defined > 0);
    const open = await dashboard.open(`?period=day&site=${SITE}`);
    const { page } = open;
    const isOwned = () => page.evaluate(() => 'owned' in globalThis);
    await page.getByRole('region', { name: 'Pages', exact: true }).getByText('onerror').first().waitFor();
    for (const tab of ['Referrers', 'Campaigns', 'UTM sources', 'Properties']) {
      await page.getByRole('tab', { name: tab }).click();
      await settled(page);
      assert.equal(await isOwned(), false, tab);
    }
    assert.equal(
      await page.locator('main script, main iframe, main img:not(.flag), main [onload]').count(),
      0,
    );
    assert.equal(await page.locator('a[href^="javascript:"], a[href^="data:"]').count(), 0);
    await closeQuietly(open);
    for (const payload of PAYLOADS) {
      const query = new URLSearchParams({ label: payload.slice(0, 60) });
      for (const place of [
        `/badge/${SITE}/total.svg?${query}`,
        `/openapi.json?${query}`,
        `/${encodeURIComponent(payload)}`,
      ]) {
        const {
          status,
          headers,
          text: sent,
        } = await server.send(place, {
          headers: { accept: 'text/html' },
        });
        const isMarkup = /html|svg/.test(headers['content-type'] ?? '');
        assert.ok(
          !isMarkup || (!sent.includes('<script') && !/<[^>]* on\w+=/.test(sent)),
          `${place}: ${status} ${sent}`,
        );
      }
    }
  });
});
