/** What names a person is in no file of the data folder: neither in plain bytes, nor in what the engine reads from its own files. */

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { DBTracker } from '../../src/trackers/db.ts';
import { BEARER } from '../fixtures/any-server.ts';
import { run } from '../fixtures/command-line.ts';
import { RunningServer } from '../fixtures/running-server.ts';
import { scaledTimeout } from '../fixtures/scaled-timeout.ts';
import { temporaryFolder } from '../fixtures/temporary.ts';

const HITS = 50;
/** What each kind of hit has, and may not leave anywhere. */
const SECRETS: Readonly<Record<string, (i: number) => string>> = {
  'an IPv4 address': (i) => `203.0.113.${100 + i}`,
  'an IPv6 address': (i) => `2001:db8:5e:${(4096 + i).toString(16)}::77`,
  'a user agent': (i) => `Mozilla/5.0 (X11; Linux x86_64; Quokka${1000 + i}) Gecko/20100101 Firefox/140.0`,
  'a query string': (i) => `session=wombat${1000 + i}`,
  'an e-mail address': (i) => `numbat${1000 + i}@bilby.example`,
  'a query of a referrer': (i) => `q=echidna${1000 + i}`,
  'an e-mail address in a referrer': (i) => `potoroo${1000 + i}@dunnart.example`,
  'a wrong token': (i) => `Kowari${1000 + i}Kowari`,
};
/** Of the agent, the word that is no name of a browser. */
const TRACES = [
  ...[/203\.0\.113\.1\d\d/, /2001:db8:5e:1/, /Quokka/, /wombat/, /numbat|bilby/, /echidna/],
  ...[/potoroo|dunnart/, /Kowari/],
];
const KEPT = /kept-page/;

function secret(kind: string, i: number): string {
  return SECRETS[kind]!(i);
}

async function hit(server: RunningServer, i: number): Promise<void> {
  const headers = {
    'user-agent': secret('a user agent', i),
    'x-forwarded-for': secret(i % 2 === 0 ? 'an IPv4 address' : 'an IPv6 address', i),
    host: 'own.example',
  };
  const path = `/kept-page/${secret('an e-mail address', i)}/${i}?${secret('a query string', i)}`;
  const referrer = `https://r.example/${secret('an e-mail address in a referrer', i)}?${secret('a query of a referrer', i)}`;
  const report = { site: 'own.example', path, referrer };
  assert.equal((await server.post('/hit', report, headers)).status, 202);
  const query = new URLSearchParams(report);
  assert.equal((await server.send(`/hit.gif?${query}`, { headers })).status, 200);
  assert.equal((await server.send('/', { headers })).status, 200);
  const { address, user_agent } = { address: headers['x-forwarded-for'], user_agent: headers['user-agent'] };
  assert.equal((await server.post('/api/v1/hits', [{ ...report, address, user_agent }], BEARER)).status, 202);
  const authorization = `Bearer ${secret('a wrong token', i)}`;
  assert.equal((await server.send('/api/v1/live', { headers: { ...headers, authorization } })).status, 401);
}

/** Traces in the files of a folder, as they are. */
function tracesInFiles(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return files.flatMap((entry) => {
    const text = readFileSync(join(entry.parentPath, entry.name), 'latin1');
    return TRACES.filter((trace) => trace.test(text)).map((trace) => `${entry.name}: ${trace}`);
  });
}

/** The same in all tables, whose files are compressed. @returns also whether something is there at all */
async function tracesInTables(dataDir: string): Promise<{ traces: string[]; isKept: boolean }> {
  await using db = await DBTracker.open({ dataDir });
  await using connection = db.store.dedicatedConnection();
  const tables = await connection.rows<{ name: string }>(
    "SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree%'",
  );
  assert.ok(tables.length > 5, JSON.stringify(tables));
  const traces: string[] = [];
  let isKept = false;
  for (const { name } of tables) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of connection.stream(`SELECT * FROM \`${name}\``, 'Native')) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString('latin1');
    isKept ||= KEPT.test(text);
    traces.push(...TRACES.filter((trace) => trace.test(text)).map((trace) => `${name}: ${trace}`));
  }
  return { traces, isKept };
}

test('addresses, agents, queries, e-mail addresses and wrong tokens are in no file of the data folder', {
  timeout: scaledTimeout(240_000),
}, async (t) => {
  const dataDir = join(temporaryFolder(t), 'data');
  const server = await RunningServer.start(dataDir, '--rate-limit', 'off');
  for (let i = 0; i < HITS; i++) await hit(server, i);
  assert.deepEqual(tracesInFiles(dataDir), [], 'while the server runs');
  const { hits } = (await server.ask<{ totals: { hits: number } }>('/api/v1/stats?site=own.example')).totals;
  assert.equal(hits, 4 * HITS);
  assert.equal((await server.stop()).code, 0);
  assert.deepEqual(tracesInFiles(dataDir), [], 'after it has stopped');
  const { traces, isKept } = await tracesInTables(dataDir);
  assert.deepEqual(traces, []);
  assert.ok(isKept, 'the test finds what is stored');
});

test('neither are those of an imported log', { timeout: scaledTimeout(240_000) }, async (t) => {
  const dataDir = join(temporaryFolder(t), 'data');
  const lines = Array.from({ length: HITS }, (_, i) => {
    const request = `GET /kept-page/${secret('an e-mail address', i)}?${secret('a query string', i)} HTTP/1.1`;
    const referrer = `https://r.example/${secret('an e-mail address in a referrer', i)}?${secret('a query of a referrer', i)}`;
    const [address, agent] = [secret('an IPv4 address', i), secret('a user agent', i)];
    return `${address} - - [24/Nov/2026:10:05:03 +0000] "${request}" 200 5 "${referrer}" "${agent}"\n`;
  });
  const flags = ['--site', 'own.example', '--data-dir', dataDir, '--json'];
  const { code, stdout, stderr } = await run(['import', '-', ...flags], lines.join(''));
  assert.equal(code, 0, stderr);
  assert.equal((JSON.parse(stdout) as { imported: number }).imported, HITS);
  assert.deepEqual(tracesInFiles(dataDir), []);
  const { traces, isKept } = await tracesInTables(dataDir);
  assert.deepEqual(traces, []);
  assert.ok(isKept);
});
