/** The examples in the documentation of `hit-tracker/client`, run in a page of a real browser. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { BEARER, FIREFOX } from '../fixtures/any-server.ts';
import { BROWSER_MISSING, browserProgram, launch } from '../fixtures/browser.ts';
import { PageServer } from '../fixtures/page-server.ts';
import { scaledTimeout } from '../fixtures/scaled-timeout.ts';
import { ServerHere } from '../fixtures/server-here.ts';
import { temporaryFolder } from '../fixtures/temporary.ts';

const program = await browserProgram();
const SOURCE = readFileSync(join(import.meta.dirname, '../../snippet/tracker.ts'), 'utf8');
const WAIT_MS = scaledTimeout(30_000);

/** The code of each `@example`, the one of `createTracker` first: the others use its tracker. */
function examplesIn(source: string): string[] {
  const found = Array.from(source.matchAll(/@example\n([\s\S]*?)\n\s*\*\//g), ([, code = '']) =>
    code.replaceAll(/^\s*\* ?/gm, ''),
  );
  return found.sort((a, b) => Number(b.includes('createTracker')) - Number(a.includes('createTracker')));
}

test('the examples of the client count what they say', {
  skip: program === undefined && BROWSER_MISSING,
  timeout: scaledTimeout(120_000),
}, async (t) => {
  const server = await ServerHere.start(t, temporaryFolder(t));
  t.after(() => server[Symbol.asyncDispose]());
  await using pages = await PageServer.start();
  const browser = await launch(program!, ['--host-resolver-rules=MAP *.com 127.0.0.1']);
  t.after(() => browser.close());

  const examples = examplesIn(SOURCE);
  assert.equal(examples.length, 2);
  const script = `${stripTypeScriptTypes(SOURCE)}\n${examples.join('\n')}`;
  const endpoint = `http://stats.example.com:${server.port}`;
  pages.put('/', {
    html: `<!doctype html><script type="module">${script.replaceAll('https://stats.example.com', endpoint)}</script>`,
  });
  const context = await browser.newContext({ userAgent: FIREFOX });
  const page = await context.newPage();
  const failures: string[] = [];
  page.on('pageerror', (error) => failures.push(error.message));
  await page.goto(`http://www.example.com:${pages.port}/`);

  let rows: Record<string, unknown>[] = [];
  for (const end = Date.now() + WAIT_MS; rows.length < 4 && Date.now() < end; await sleep(50)) {
    const { text } = await server.send('/api/v1/export?format=ndjson&site=example.com', { headers: BEARER });
    rows = text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  }
  assert.deepEqual(failures, []);
  const events = rows.map(({ name, props, value, currency }) => [name, props, value, currency]);
  assert.deepEqual(
    events.toSorted(([a], [b]) => String(a).localeCompare(String(b))),
    [
      ['download', '{"url":"https://example.com/report.pdf"}', '', ''],
      ['order', '{"size":3}', '19.9', 'EUR'],
      ['pageview', '', '', ''],
      ['signup', '{"plan":"team"}', '', ''],
    ],
  );
});
