/** A server without live counts has no alerts. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BROWSER_MISSING, browserProgram } from '../fixtures/browser.ts';
import { Dashboard, settled } from '../fixtures/dashboard.ts';
import { file } from '../fixtures/file-scope.ts';
import { until } from '../fixtures/scaled-timeout.ts';
import { ServerHere } from '../fixtures/server-here.ts';
import { bodiesOf } from '../fixtures/visitor-hit.ts';

const SITE = 'calm.example';
const program = await browserProgram();

describe('without live counts', { skip: program === undefined && BROWSER_MISSING }, async () => {
  if (program === undefined) return;
  const dashboard = await Dashboard.start(program, (dataDir) =>
    ServerHere.start(file, dataDir, '--tracker', 'simple,db'),
  );

  test('the page asks only once for alerts, which the server does not have', async () => {
    await dashboard.send(bodiesOf([{ site: SITE, path: '/', visitor: 'v', time: Date.now() }]));
    const signedIn = await dashboard.open();
    const page = await signedIn.page.context().newPage();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await page.clock.install();
    await page.goto(`${dashboard.url}/dashboard?site=${SITE}&period=day`);
    const timesAsked = () => asked.filter((path) => path === '/api/v1/alerts').length;
    await until('the page asks for alerts', () => timesAsked() > 0);
    await settled(page);
    for (let minute = 0; minute < 3; minute++) {
      await page.clock.fastForward(60_000);
      await settled(page);
    }
    assert.equal(timesAsked(), 1);
    await page.context().close();
  });
});
