/** Scheduled work of a server: reports, purges, alerts and webhooks. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { serve } from '../src/commands/serve.ts';
import { BEARER } from './fixtures/any-server.ts';
import { scaledTimeout, until } from './fixtures/scaled-timeout.ts';
import { ServerHere } from './fixtures/server-here.ts';
import { temporaryFolder } from './fixtures/temporary.ts';
import { typed } from './fixtures/typed-command.ts';
import { type Call, WebhookReceiver } from './fixtures/webhook-receiver.ts';

const DAY = 86_400_000;
const REPORT = 'report cron "0 */3 * * *" --period 30d --format json --name all';
const ALERT = 'hits in 1h > 5';

/** As Standard Webhooks specifies: https://www.standardwebhooks.com. */
function assertSigned({ headers, body }: Call, secret: string): void {
  const id = String(headers['webhook-id']);
  const timestamp = String(headers['webhook-timestamp']);
  const key = Buffer.from(secret.trim().replace(/^whsec_/, ''), 'base64');
  const mac = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  assert.equal(headers['webhook-signature'], `v1,${mac}`);
  assert.match(id, /^msg_[0-9a-f]{32}$/);
  assert.ok(Math.abs(Date.now() / 1000 - Number(timestamp)) < 60);
}

describe('a server with a schedule', { timeout: scaledTimeout(60_000) }, () => {
  it('runs missed jobs once, sends them and its alerts to a webhook, and purges', async (t) => {
    const data = join(temporaryFolder(t), 'data');
    await using receiver = await WebhookReceiver.listen(503);
    const args = ['--schedule', REPORT, '--keep-hits', '400d', '--webhook', receiver.url];
    const first = await ServerHere.start(t, data, ...args);
    const old = { site: 'a.com', visitor: 'ann', time: new Date(Date.now() - 500 * DAY).toISOString() };
    const recent = { site: 'a.com', visitor: 'bob', time: new Date(Date.now() - 2 * DAY).toISOString() };
    assert.equal((await first.post('/api/v1/hits', [old, recent, recent], BEARER)).status, 202);
    await first[Symbol.asyncDispose]();
    assert.equal(receiver.calls.length, 0, 'who is new has missed nothing');

    // It was down for two days.
    const state = join(data, 'schedule.json');
    const jobs = Object.keys(JSON.parse(readFileSync(state, 'utf8')));
    assert.deepEqual(jobs, [REPORT, 'purge daily 04:00']);
    const before = new Date(Date.now() - 2 * DAY).toISOString();
    writeFileSync(state, JSON.stringify(Object.fromEntries(jobs.map((job) => [job, before]))));
    const second = await ServerHere.start(t, data, ...args, '--alert', ALERT);
    for (let i = 0; i < 6; i++) await second.send('/');
    // Three events, and the one that got 503 once more.
    await until('four calls of the webhook', () => receiver.calls.length === 4);
    await second[Symbol.asyncDispose]();

    const secret = readFileSync(join(data, 'webhook-secret'), 'utf8');
    for (const call of receiver.calls) assertSigned(call, secret);
    const [refused, ...rest] = receiver.calls;
    const again = rest.find(({ body }) => body === refused!.body);
    assert.equal(again?.headers['webhook-id'], refused!.headers['webhook-id'], 'a failure is tried again');
    assert.deepEqual(rest.map(({ event }) => event.type).sort(), [
      'alert.fired',
      'purge.done',
      'report.created',
    ]);

    const about = (type: string) => rest.find(({ event }) => event.type === type)!.event.data;
    const report = about('report.created') as { file: string; report: { totals: object } };
    assert.deepEqual(readdirSync(join(data, 'reports')), [report.file]);
    assert.match(report.file, /^all-all-sites-\d{4}-\d\d-\d\dT\d{4}\+0000\.json$/);
    assert.deepEqual(JSON.parse(readFileSync(join(data, 'reports', report.file), 'utf8')), report.report);
    assert.deepEqual(report.report.totals, { hits: 2, visitors: 1 });
    const { summary } = about('purge.done') as { summary: { hits: { site: string; rows: number }[] } };
    assert.deepEqual(
      summary.hits.map(({ site, rows }) => [site, rows]),
      [['a.com', 1]],
    );
    assert.equal(about('alert.fired').alert, ALERT);

    const third = await ServerHere.start(t, data, ...args);
    const { totals } = await third.ask<{ totals: object }>('/api/v1/stats?site=a.com');
    assert.deepEqual(totals, { hits: 3, visitors: 2 }, 'what was purged stays counted');
    await third[Symbol.asyncDispose]();
    assert.equal(readdirSync(join(data, 'reports')).length, 1);
  });

  for (const [args, complaint] of [
    [['--schedule', 'report sometimes'], /--schedule "report sometimes": "sometimes" is not hourly/],
    [['--schedule', 'report daily 07:00 --by moon'], /--schedule "report daily 07:00 --by moon"/],
    [['--alert', 'hits > 5'], /--alert "hits > 5": it is not a rule such as/],
    [['--alert', ALERT, '--tracker', 'db'], /--alert needs the rate tracker/],
    [['--schedule', REPORT, '--tracker', 'rate'], /--schedule needs the db tracker/],
    [['--webhook', 'ftp://user:word@x'], /--webhook: that is not a URL/],
    [['--webhook-secret', 'hello'], /--webhook-secret: a secret is whsec_/],
    [['--timezone', 'Mars'], /--timezone: "Mars" is not an IANA time zone/],
  ] as const) {
    it(`does not start with ${args.join(' ')}`, async (t) => {
      const data = join(temporaryFolder(t), 'data');
      const ended = await typed(serve, ['--port', '0', '--data-dir', data, ...args]);
      assert.equal(ended.code, 2, ended.stderr);
      assert.match(ended.stderr, complaint);
      assert.doesNotMatch(ended.stderr, /word/);
    });
  }
});
