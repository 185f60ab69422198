/** The queries, goals and queries by visit of docs/api.md do what the page says. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { funnel } from '../src/commands/funnel.ts';
import { journeys } from '../src/commands/journeys.ts';
import { retention } from '../src/commands/retention.ts';
import { HIT_DIMENSIONS, METRICS, VISIT_DIMENSIONS, VISIT_NUMBERS } from '../src/query/engine/query.ts';
import { QUERY_PERIODS } from '../src/query/language/scope-reader.ts';
import { TIME_DIMENSIONS } from '../src/query/language/vocabulary.ts';
import { KIND_NAMES } from '../src/query/resources/kinds.ts';
import { Resources } from '../src/query/resources/resources.ts';
import { DBTracker } from '../src/trackers/db.ts';
import { BEARER } from './fixtures/any-server.ts';
import { sharedServer } from './fixtures/shared-server.ts';
import { temporaryFolder } from './fixtures/temporary.ts';
import { typed } from './fixtures/typed-command.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../docs/api.md'), 'utf8');
const SECTION = PAGE.slice(PAGE.indexOf('### query'), PAGE.indexOf('### sites'));
const EXAMPLES = Array.from(
  SECTION.matchAll(/^```json ?([\w ]*)\n(.*?)^```$/gms),
  ([, kind = '', text = '']) => ({ kind, text }),
);

it('the examples of the page are answered', async () => {
  const server = await sharedServer();
  const kept = EXAMPLES.filter(({ kind }) => KIND_NAMES.some((name) => name === kind));
  assert.deepEqual(
    kept.map(({ kind }) => kind),
    ['goals', 'segments', 'funnels', 'annotations'],
  );
  for (const { kind, text } of kept) {
    const { status, text: answer } = await server.post(`/api/v1/sites/example.com/${kind}`, text, BEARER);
    assert.equal(status, 201, answer);
    assert.deepEqual(JSON.parse(answer), JSON.parse(text));
  }
  const queries = EXAMPLES.filter(({ kind }) => kind === '');
  assert.ok(queries.length >= 4);
  for (const { text } of queries) {
    const { status, text: answer } = await server.post('/api/v1/query', text, BEARER);
    assert.equal(status, 200, answer);
    const { query, results, meta, totals } = JSON.parse(answer);
    const asked = JSON.parse(text);
    assert.deepEqual(query.metrics, asked.metrics);
    assert.ok(Array.isArray(results));
    assert.equal(totals !== undefined, asked.include?.totals === true);
    assert.equal(meta.total_rows !== undefined, asked.include?.total_rows === true);
  }
  const said = JSON.parse(EXAMPLES.find(({ kind }) => kind === 'answer')!.text);
  assert.deepEqual(Object.keys(said), ['results', 'totals', 'meta', 'query']);

  const routes = ['funnel', 'journeys', 'retention'];
  const known = ['', 'answer', ...KIND_NAMES, ...routes, ...routes.map((route) => `${route} answer`)];
  assert.deepEqual(
    EXAMPLES.filter(({ kind }) => !known.includes(kind)),
    [],
  );
  for (const route of routes) {
    const examples = EXAMPLES.filter(({ kind }) => kind === route);
    assert.ok(examples.length > 0, route);
    const shown = JSON.parse(EXAMPLES.find(({ kind }) => kind === `${route} answer`)!.text);
    for (const [at, { text }] of examples.entries()) {
      const { status, text: answer } = await server.post(`/api/v1/${route}`, text, BEARER);
      assert.equal(status, 200, answer);
      // The first one is the one that is answered on the page.
      if (at === 0) assert.deepEqual(shapeOf(JSON.parse(answer)), shapeOf(shown), route);
    }
  }
});

/** Names of the members of an answer, without the query that it repeats, and the number of its steps. */
function shapeOf(answer: Record<string, unknown>): unknown {
  const { steps } = answer;
  return [Object.keys(answer), Array.isArray(steps) ? steps.map((step) => Object.keys(step)) : undefined];
}

it('the commands of the page are understood', async (t) => {
  const folder = temporaryFolder(t);
  await (await DBTracker.open({ dataDir: folder })).close();
  const resources = new Resources(folder);
  for (const kind of ['goals', 'funnels'] as const)
    for (const { text } of EXAMPLES.filter((each) => each.kind === kind))
      resources.create(kind, 'example.com', JSON.parse(text));
  const lines = [...SECTION.matchAll(/^hit-tracker (funnel|journeys|retention) (.*)$/gm)];
  assert.deepEqual(
    lines.map(([, command]) => command),
    ['funnel', 'funnel', 'journeys', 'retention'],
  );
  const commands = {
    funnel: (args: readonly string[]) => typed(funnel, args),
    journeys: (args: readonly string[]) => typed(journeys, args),
    retention: (args: readonly string[]) => typed(retention, args),
  };
  for (const [line, command, flags] of lines) {
    const args = Array.from(flags!.matchAll(/'([^']*)'|(\S+)/g), ([, quoted, plain]) => quoted ?? plain!);
    const { code, stdout, stderr } = await commands[command as keyof typeof commands]([
      ...args,
      ...['--data-dir', folder],
    ]);
    assert.equal(code, 0, `${line}: ${stderr}`);
    assert.notEqual(stdout, '', line);
  }
});

it('the page has every metric, dimension, number and period', () => {
  for (const name of [
    ...METRICS,
    ...VISIT_DIMENSIONS,
    ...HIT_DIMENSIONS,
    ...TIME_DIMENSIONS,
    ...VISIT_NUMBERS,
    ...QUERY_PERIODS,
  ])
    assert.ok(SECTION.includes(`\`${name}\``), name);
});
