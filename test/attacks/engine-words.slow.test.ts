/** What the engine says of a failed query stays in the log: strangers get a code, and an id to look for there. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BEARER } from '../fixtures/any-server.ts';
import { interceptStatements } from '../fixtures/intercepted-statements.ts';
import { rounds } from '../fixtures/rounds.ts';
import { scaledTimeout } from '../fixtures/scaled-timeout.ts';
import { ServerHere } from '../fixtures/server-here.ts';
import { temporaryFolder } from '../fixtures/temporary.ts';

const WORDS = /SELECT|FROM|DB::|Exception|Code: \d|\/var\/|secret_table/;
/** Zones that Java, PostgreSQL, tzdata and others know, and the engine may not. */
const ODD_ZONES = [
  ...['SystemV/HST10', 'SystemV/PST8PDT', 'posix/Europe/Berlin', 'right/UTC', 'posixrules', 'localtime'],
  ...['Factory', 'US/Pacific-New', 'EST5EDT', 'GMT+25', 'Etc/GMT+14', 'Etc/Unknown', 'Asia/Hanoi', 'utc'],
  ...['europe/berlin', '+01:00', '-1230', 'UTC+1', '../../etc/passwd', "UTC'", 'A'.repeat(5000), '\u212aST'],
];

test('every time zone is answered, or refused as invalid', { timeout: scaledTimeout(240_000) }, async (t) => {
  await using server = await ServerHere.start(t, temporaryFolder(t), '--public');
  const known = Intl.supportedValuesOf('timeZone');
  const step = Math.ceil(known.length / rounds(known.length, 60));
  for (const zone of [...ODD_ZONES, ...known.filter((_, at) => at % step === 0)]) {
    for (const query of ['interval=day', 'interval=hour&metrics=visits']) {
      const period = 'from=2026-10-24&to=2026-10-27';
      const { status, text } = await server.send(
        `/api/v1/stats?${query}&${period}&timezone=${encodeURIComponent(zone)}`,
      );
      const isKnown = known.includes(zone);
      assert.ok(status === 200 || (status === 400 && !isKnown), `${zone.slice(0, 50)}: ${status} ${text}`);
      assert.doesNotMatch(text, WORDS);
    }
  }
});

test('a store that fails is told to strangers by a code and an id, which the log explains', {
  timeout: scaledTimeout(120_000),
}, async (t) => {
  await using server = await ServerHere.start(t, temporaryFolder(t), '--public');
  assert.equal((await server.send('/hit.gif?site=a.example&path=/')).status, 200);
  assert.equal((await server.send('/api/v1/stats')).status, 200);
  // What the engine says of a statement that it does not understand.
  using _ = interceptStatements((asked, ask) => {
    const isRead = /\bSELECT\b/.test(asked.query) && !/\b(?:INSERT|CREATE|ALTER)\b/.test(asked.query);
    return ask({ ...asked, ...(isRead && { query: "SELECT * FROM secret_table WHERE a = '/var/lib/'" }) });
  });
  for (const headers of [{}, BEARER]) {
    for (const path of ['stats?interval=day', 'top?by=path', 'props', 'sites']) {
      const { status, text } = await server.send(`/api/v1/${path}`, { headers });
      assert.ok(status >= 500, `${path}: ${status} ${text}`);
      assert.doesNotMatch(text, WORDS, path);
      const { code, detail } = JSON.parse(text) as { code: string; detail: string };
      assert.match(code, /^[a-z_]+$/);
      const [, id = ''] = /for request ([\w-]+)/.exec(detail) ?? [];
      const [entry = ''] = server.stderr.split('\n').filter((line) => line.includes(`"reqId":"${id}"`));
      assert.match(entry, /secret_table/, detail);
    }
  }
});
