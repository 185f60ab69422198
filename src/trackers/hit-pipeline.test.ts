import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { hitOf } from '../../test/fixtures/hit.ts';
import { intakeOf, VIEW } from '../../test/fixtures/intake.ts';
import { Lines, Shelf } from '../../test/fixtures/shelf.ts';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import { HitError } from '../errors.ts';
import { DROP_REASONS } from '../hit/drop-reason.ts';
import { Drops } from '../hit/drops.ts';
import { ENGAGEMENT, LIMITS } from '../hit/hit.ts';
import { RateLimit } from '../hit/rate-limit.ts';
import type { RequestContext } from '../hit/request-context.ts';
import { Sites } from '../hit/site.ts';
import { MemoryLive } from '../live/memory.ts';
import { Spool } from '../spool/spool.ts';
import { HitPipeline, type HitSender, Recorder } from './hit-pipeline.ts';

const NOW = hitOf().time;

function liveCounts(): MemoryLive {
  return new MemoryLive({ expectedVisitors: 1000, rate: true, now: () => NOW });
}

function openSpool(folder: string, maxBytes = 1e9): Promise<Spool> {
  return Spool.open({ folder, durability: 'disk', maxBytes, sinks: [new Shelf()], log: new Lines() });
}

describe('a hit that is recorded', () => {
  test('is durable before it is counted, and counted before it is acknowledged', async (t) => {
    const spool = await openSpool(temporaryFolder(t));
    const live = liveCounts();
    const recorder = new Recorder({ spool, live });
    const total = () => live.totals.read(undefined).total;
    await new Promise<void>((resolve) => {
      recorder.record(hitOf(), (fault, seen) => {
        assert.equal(fault, undefined);
        assert.deepEqual(seen, { isNew: true, unique: 1, total: 1 });
        assert.equal(total(), 1);
        assert.equal(spool.accepted, 1);
        resolve();
      });
      assert.equal(total(), 0);
    });
    await spool.close();
  });

  test('is not counted if it is refused', async (t) => {
    const spool = await openSpool(temporaryFolder(t), 0);
    const live = liveCounts();
    const recorder = new Recorder({ spool, live });
    assert.throws(() => recorder.record(hitOf(), (refusal) => assert.fail(String(refusal))), {
      code: 'spool_full',
    });
    assert.equal((await live.read(undefined, [])).total.hits, 0);
    await spool.close();
  });

  test('is stored but not counted if a bot sent it', async (t) => {
    const spool = await openSpool(temporaryFolder(t));
    const live = liveCounts();
    const recorder = new Recorder({ spool, live });
    await new Promise<void>((resolve) => {
      recorder.record(hitOf({ bot: 'Googlebot' }), (fault, seen) => {
        assert.equal(fault, undefined);
        assert.equal(seen, undefined);
        resolve();
      });
    });
    assert.equal(spool.accepted, 1);
    assert.equal((await live.read(undefined, [])).total.hits, 0);
    await spool.close();
  });

  test('stores an engagement signal, and counts nothing for it', async (t) => {
    const spool = await openSpool(temporaryFolder(t));
    const live = liveCounts();
    const recorder = new Recorder({ spool, live });
    await new Promise<void>((resolve) => {
      recorder.record(hitOf({ name: ENGAGEMENT, engaged: 1000 }), (fault, seen) => {
        assert.deepEqual([fault, seen], [undefined, undefined]);
        resolve();
      });
    });
    assert.equal(spool.accepted, 1);
    assert.equal((await live.read(undefined, [])).total.hits, 0);
    await spool.close();
  });

  test('is counted if an older version sent it as an event with the name of signals', async () => {
    const live = liveCounts();
    new Recorder({ live }).record(hitOf({ name: ENGAGEMENT }), () => undefined);
    assert.equal((await live.read(undefined, [])).total.hits, 1);
  });

  test('needs neither a spool nor live counts', () => {
    const answers: unknown[] = [];
    new Recorder({ live: liveCounts() }).record(hitOf(), (...answer) => answers.push(answer));
    new Recorder({}).record(hitOf(), (...answer) => answers.push(answer));
    assert.deepEqual(answers, [
      [undefined, { isNew: true, unique: 1, total: 1 }],
      [undefined, undefined],
    ]);
  });
});

/** One outcome, as its sender learns it. */
function outcomesOf(): HitSender & { readonly outcomes: string[]; readonly cookies: unknown[] } {
  const outcomes: string[] = [];
  const cookies: unknown[] = [];
  return {
    outcomes,
    cookies,
    accept: (_seen, cookie) => {
      outcomes.push('accepted');
      cookies.push(cookie);
    },
    drop: ({ reason }) => outcomes.push(reason),
  };
}

describe('the hit pipeline', () => {
  const counted = (drops: Drops) =>
    drops.entries().flatMap(({ reason, hits }) => Array<string>(hits).fill(reason));

  const cases: readonly (readonly [string, Partial<RequestContext>, HitError?])[] = [
    ['accepted', {}],
    ['bot', { userAgent: 'Googlebot/2.1 (+http://www.google.com/bot.html)' }],
    ['prefetch', { purpose: 'prefetch' }],
    ['invalid', { host: '' }],
    ['invalid', { path: '/\u0000' }],
    ['too_large', { path: `/${'a'.repeat(LIMITS.path)}` }],
    ['site_not_allowed', { host: 'other.example' }],
    ['spool_full', {}, new HitError('spool_full', 'full')],
    ['spool_failed', {}, new HitError('spool_failed', 'broken')],
  ];
  for (const [outcome, facts, fault] of cases) {
    const title = `reports one outcome, and counts no other reason: ${outcome}${'path' in facts ? ' for its path' : ''}`;
    test(title, () => {
      const drops = new Drops(0);
      const sender = outcomesOf();
      const intake = intakeOf({ sites: new Sites({ max: 10, allowed: ['example.com'] }) });
      const recorder = new Recorder({});
      const failing = {
        record: () => {
          throw fault;
        },
      };
      new HitPipeline({ intake, recorder: fault ? failing : recorder, drops }).take(
        { ...VIEW, ...facts },
        sender,
      );
      assert.deepEqual(sender.outcomes, [outcome]);
      assert.deepEqual(counted(drops), outcome === 'accepted' ? [] : [outcome]);
      // The same of a signal is no hit that was dropped.
      const signal = { ...VIEW, ...facts, name: ENGAGEMENT, engaged: 1000 };
      const before = counted(drops);
      new HitPipeline({ intake, recorder: fault ? failing : recorder, drops }).take(signal, sender);
      assert.deepEqual(sender.outcomes, [outcome, outcome]);
      assert.deepEqual(counted(drops), before);
    });
  }

  test('does not pass the message of the disk to the sender', () => {
    const fault = new HitError('spool_failed', "EACCES: permission denied, open '/var/lib/hits/spool'", {
      retryAfter: 5,
    });
    const details: unknown[] = [];
    const sender: HitSender = { accept: () => assert.fail(), drop: (dropped) => details.push(dropped) };
    const failing = [
      () => {
        throw fault;
      },
      (_hit: unknown, done: (fault: HitError, seen: undefined) => void) => done(fault, undefined),
    ];
    for (const record of failing)
      new HitPipeline({ intake: intakeOf(), recorder: { record }, drops: new Drops(0) }).take(VIEW, sender);
    const detail = 'the hit could not be written: see the log of the server';
    assert.deepEqual(details, Array(2).fill({ reason: 'spool_failed', detail, retryAfter: 5 }));
  });

  test('drops an event with the name of signals, and counts the drop', () => {
    const drops = new Drops(0);
    const sender = outcomesOf();
    const pipeline = new HitPipeline({ intake: intakeOf(), recorder: new Recorder({}), drops });
    pipeline.take({ ...VIEW, name: ENGAGEMENT }, sender);
    assert.deepEqual([sender.outcomes, counted(drops)], [['invalid'], ['invalid']]);
  });

  test('drops hits over a limit, of a client or of sites', () => {
    const drops = new Drops(0);
    const sender = outcomesOf();
    const intake = intakeOf({ sites: new Sites({ max: 1 }), limit: RateLimit.parse('1/s') });
    const pipeline = new HitPipeline({ intake, recorder: new Recorder({}), drops });
    const hosts = ['example.com', 'example.org', ...Array<string>(100).fill('example.com')];
    for (const host of hosts) pipeline.take({ ...VIEW, host }, sender);
    assert.deepEqual([...new Set(sender.outcomes)], ['accepted', 'too_many_sites', 'rate_limited']);
  });

  test('sets no cookie for a dropped hit', () => {
    const sender = outcomesOf();
    const pipeline = new HitPipeline({ intake: intakeOf(), recorder: new Recorder({}), drops: new Drops(0) });
    pipeline.take({ ...VIEW, userAgent: 'curl/8' }, sender);
    pipeline.take(VIEW, sender);
    assert.deepEqual(sender.outcomes, ['bot', 'accepted']);
    assert.match(String(sender.cookies[0]), /^hit=/);
  });

  test('names each drop reason at its step', () => {
    const essay = readFileSync(new URL('./hit-pipeline.ts', import.meta.url), 'utf8').split('*/')[0]!;
    const named = essay.split('\n').flatMap((line) => line.split('|')[3]?.split(',') ?? []);
    const reasons = new Set(named.map((name) => name.trim()).filter((name) => /^[a-z_]+$/.test(name)));
    reasons.delete('drops');
    assert.deepEqual([...reasons].sort(), [...DROP_REASONS].sort());
  });
});
