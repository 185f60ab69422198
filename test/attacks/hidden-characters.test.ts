/** Control characters, bidirectional overrides and characters without a width reach neither the store nor a terminal. */

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { csvOf } from '../../src/query/csv.ts';
import { jsonText } from '../../src/schema/hidden-characters.ts';
import { readRecord, writeRecord } from '../../src/stream/record.ts';
import { assertProblem, BEARER } from '../fixtures/any-server.ts';
import { hitOf } from '../fixtures/hit.ts';
import { accepted, hitFrom, VIEW } from '../fixtures/intake.ts';
import { sharedServerHere } from '../fixtures/shared-server.ts';

/** What the attacks send: 7- and 8-bit escape sequences, overrides, isolates, spaces without a width. */
const HIDDEN = [
  '\u0007',
  '\u001b]0;',
  '\u009b2J',
  '\u0085',
  '\u202e',
  '\u2066',
  '\u2028',
  '\u200b',
  '\u2060',
  '\ufeff',
];
const SHOWN = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b\u2028-\u202e\u2060-\u206f\ufeff]/;

const server = await sharedServerHere();

describe('hidden characters', () => {
  it('in a path, a name or a property are refused or replaced, and never returned', async () => {
    for (const hidden of HIDDEN) {
      const site = 'a.example';
      for (const hit of [{ path: `/a${hidden}` }, { path: '/', name: `a${hidden}` }])
        assertProblem(await server.post('/hit', { site, ...hit }), 400, 'invalid');
      const encoded = encodeURIComponent(hidden);
      assertProblem(await server.send(`/hit.gif?site=${site}&path=/${encoded}`), 400, 'invalid');
      const { status } = await server.post('/hit', {
        site,
        path: '/',
        name: 'buy',
        props: { plan: `a${hidden}b` },
      });
      // Line breaks and other control characters that JSON escapes become spaces.
      assert.equal(status, hidden < '\u0020' ? 202 : 400, JSON.stringify(hidden));
      assert.equal((await server.post('/hit', { site, path: '/', title: `a${hidden}b` })).status, 202);
    }
    const { rows } = await server.ask<{ rows: { value: string }[] }>('/api/v1/top?by=prop:plan');
    assert.deepEqual(rows.map(({ value }) => value).sort(), ['a ]0;b', 'a b']);
    const exported = await server.send('/api/v1/export?format=ndjson', { headers: BEARER });
    assert.doesNotMatch(exported.text, SHOWN);
  });

  it('that scripts are written with are accepted', async () => {
    const paths = ['/\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645', '/👩\u200d💻', '/\u200fעברית'];
    for (const path of paths)
      assert.equal((await server.post('/hit', { site: 'scripts.example', path })).status, 202);
    const { rows } = await server.ask<{ rows: { value: string }[] }>(
      '/api/v1/top?site=scripts.example&by=path',
    );
    assert.deepEqual(rows.map(({ value }) => value).sort(), paths.sort());
  });

  it('in a line of a log are replaced, since each line is counted', () => {
    for (const hidden of HIDDEN) {
      const hit = hitFrom({ ...VIEW, kind: 'log', path: `/a${hidden}`, status: 200, method: 'GET' });
      assert.doesNotMatch(hit.path, SHOWN);
      assert.match(hit.path, /^\/a\ufffd/);
    }
  });

  it('in a campaign or a referrer are replaced', () => {
    for (const hidden of HIDDEN) {
      const { hit } = accepted({
        path: `/?utm_source=${encodeURIComponent(`a${hidden}b`)}`,
        referrer: `https://x.example/${hidden}`,
      });
      assert.doesNotMatch(JSON.stringify(Object.values(hit)), SHOWN);
    }
  });

  it('in a record from Kafka are replaced', () => {
    for (const hidden of HIDDEN) {
      const sent = hitOf({ path: `/a${hidden}`, props: JSON.stringify({ a: `b${hidden}` }) });
      const { hit } = readRecord(writeRecord(sent, { batch: '1', at: 0, of: 1 }));
      assert.doesNotMatch(hit.path, SHOWN);
      assert.doesNotMatch(Object.values(JSON.parse(hit.props) as object).join(), SHOWN);
    }
  });

  it('that an earlier version stored are escaped in JSON and CSV', () => {
    for (const hidden of HIDDEN) {
      const row = { value: `/a${hidden}`, hits: 1 };
      assert.doesNotMatch(jsonText(row), SHOWN);
      assert.deepEqual(JSON.parse(jsonText(row)), row);
      assert.doesNotMatch(csvOf([row]).replaceAll(/[\r\n]/g, ''), SHOWN);
    }
  });

  it('in a message about a request are replaced', async () => {
    for (const hidden of ['%1b[2J', '%C2%9B2J', '%E2%80%AE']) {
      const { detail } = assertProblem(
        await server.send(`/api/v1/top?by=${hidden}`, { headers: BEARER }),
        400,
        'invalid',
      );
      assert.doesNotMatch(detail, SHOWN);
    }
  });
});
