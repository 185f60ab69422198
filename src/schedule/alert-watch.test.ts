import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { HandClock } from '../../test/fixtures/hand-clock.ts';
import { KeptLog } from '../../test/fixtures/kept-log.ts';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import { MemoryLive } from '../live/memory.ts';
import { readAlertRules } from './alert-rule.ts';
import { AlertRules } from './alert-rules.ts';
import { AlertWatch } from './alert-watch.ts';
import type { Event } from './event.ts';

const START = '2026-11-24T06:00Z';
const SECOND = 1000;

/** Live counts, a clock, and the sent alerts. */
class Watched {
  readonly clock = new HandClock(START);
  readonly log = new KeptLog();
  readonly sent: string[] = [];
  readonly events: Event[] = [];
  readonly live: MemoryLive;
  readonly state: string;
  refuses = false;

  constructor(t: TestContext) {
    const folder = temporaryFolder(t);
    this.state = join(folder, 'alerts.json');
    this.live = new MemoryLive({
      ...{ expectedVisitors: 1000, rate: true, maxBytes: 2 ** 24, folder },
      ...{ onFault: assert.fail, now: () => this.clock.now() },
    });
    t.after(() => this.live[Symbol.dispose]());
  }

  watch(
    texts: readonly string[],
    survivesRestart = true,
    rules = new AlertRules(dirname(this.state), readAlertRules(texts)),
  ): Promise<AlertWatch> {
    return AlertWatch.start({
      rules,
      ...{ live: this.live, survivesRestart, state: this.state, clock: this.clock, log: this.log },
      emit: async (event) => {
        if (this.refuses) throw new Error('the disk is full');
        this.events.push(event);
        this.sent.push(`${event.type} ${new Date(event.time).toISOString().slice(11, 19)}`);
      },
    });
  }

  /** A number of current hits of as many visitors. */
  hit(count: number): void {
    const time = this.clock.now();
    for (let i = 0; i < count; i++) {
      this.live.track({ site: 'a.com', time, visitorHigh: Math.imul(i, 0x9e37_79b9) >>> 0, visitorLow: i });
    }
  }

  /** Advances by a number of seconds, with all checks in between. */
  async pass(seconds: number): Promise<void> {
    await this.clock.advanceTo(new Date(this.clock.now() + seconds * SECOND).toISOString());
  }
}

describe('an alert', { timeout: scaledTimeout(20_000) }, () => {
  test('fires once when the threshold is passed, and is cleared when the count is back', async (t) => {
    const watched = new Watched(t);
    await using _ = await watched.watch(['hits in 1m > 10 clear 5']);
    await watched.pass(120);
    watched.hit(10);
    await watched.pass(10);
    assert.deepEqual(watched.sent, [], 'ten are not more than ten');
    watched.hit(1);
    await watched.pass(30);
    assert.deepEqual(watched.sent, ['alert.fired 06:02:15']);
    await watched.pass(120);
    assert.deepEqual(watched.sent, ['alert.fired 06:02:15', 'alert.cleared 06:03:05']);
    const [fired, cleared] = watched.events;
    assert.equal(fired!.moment, cleared!.moment, 'they tell of the same alert');
    assert.deepEqual(fired!.data, {
      ...{ alert: 'hits in 1m > 10 clear 5', metric: 'hits', window: '1m', seconds: 60, site: null },
      ...{ bound: '>', threshold: 10, clear: 5, count: 11, fired_at: '2026-11-24T06:02:15.000Z' },
    });
  });

  test('that is added is watched at once, and one that is removed is forgotten', async (t) => {
    const watched = new Watched(t);
    const rules = new AlertRules(dirname(watched.state), []);
    await using _ = await watched.watch([], true, rules);
    await watched.pass(60);
    const { id } = rules.add('hits in 1m > 2');
    watched.hit(3);
    await watched.pass(5);
    assert.deepEqual(watched.sent, ['alert.fired 06:01:05']);
    assert.deepEqual(rules.list()[0]!.reading, { count: 3, firedAt: Date.parse('2026-11-24T06:01:05Z') });
    rules.remove(id);
    await watched.pass(5);
    rules.add('hits in 1m > 2');
    await watched.pass(5);
    assert.deepEqual(watched.sent.slice(1), ['alert.fired 06:01:15']);
  });

  test('that is removed while its count is read is not reported', async (t) => {
    const watched = new Watched(t);
    const rules = new AlertRules(dirname(watched.state), []);
    await using _ = await watched.watch([], true, rules);
    await watched.pass(60);
    const { id } = rules.add('hits in 1m > 2');
    watched.hit(3);
    const { live } = watched;
    t.mock.method(live, 'read', async (...asked: Parameters<MemoryLive['read']>) => {
      rules.remove(id);
      return MemoryLive.prototype.read.apply(live, asked);
    });
    await watched.pass(10);
    assert.deepEqual(watched.sent, []);
    assert.deepEqual(rules.list(), []);
  });

  test('does not change between its two thresholds', async (t) => {
    const watched = new Watched(t);
    await using _ = await watched.watch(['hits in 10s > 10 clear 3']);
    await watched.pass(60);
    watched.hit(11);
    for (let i = 0; i < 12; i++) {
      await watched.pass(5);
      watched.hit(4);
    }
    assert.deepEqual(watched.sent, ['alert.fired 06:01:05']);
  });

  test('waits until the threshold was passed for the required time', async (t) => {
    const watched = new Watched(t);
    await using _ = await watched.watch(['hits in 1m > 2 for 30s']);
    await watched.pass(60);
    watched.hit(3);
    await watched.pass(30);
    assert.deepEqual(watched.sent, []);
    await watched.pass(5);
    assert.deepEqual(watched.sent, ['alert.fired 06:01:35']);
  });

  test('for low counts does not fire before its whole window was monitored', async (t) => {
    const watched = new Watched(t);
    await using _ = await watched.watch(['hits in 5m < 10 site a.com']);
    await watched.pass(295);
    assert.deepEqual(watched.sent, []);
    await watched.pass(5);
    assert.deepEqual(watched.sent, ['alert.fired 06:05:00']);
    watched.hit(11);
    await watched.pass(5);
    assert.equal(watched.sent.at(-1), 'alert.cleared 06:05:05');
  });

  test('for low counts is silent after a gap, in which hits may have been missed', async (t) => {
    const watched = new Watched(t);
    await using _ = await watched.watch(['hits in 5m < 10']);
    await watched.pass(60);
    watched.clock.jumpTo(watched.clock.now() + 600 * SECOND);
    await watched.clock.asleep(1);
    await watched.pass(290);
    assert.deepEqual(watched.sent, []);
  });

  test('that is active across a restart is not sent again', async (t) => {
    const watched = new Watched(t);
    {
      await using _ = await watched.watch(['hits in 1h > 10 clear 5']);
      watched.hit(11);
      await watched.pass(10);
    }
    await using _ = await watched.watch(['hits in 1h > 10 clear 5']);
    await watched.pass(10);
    assert.deepEqual(watched.sent, ['alert.fired 06:00:05']);
    assert.deepEqual(Object.keys(JSON.parse(readFileSync(watched.state, 'utf8')).on), [
      'hits in 1h > 10 clear 5',
    ]);
  });

  test('that cannot be sent is retried, and logged once', async (t) => {
    const watched = new Watched(t);
    watched.refuses = true;
    await using _ = await watched.watch(['hits in 1m > 10']);
    watched.hit(11);
    await watched.pass(20);
    watched.refuses = false;
    await watched.pass(5);
    assert.deepEqual(watched.sent, ['alert.fired 06:00:25']);
    const complaints = watched.log.lines.filter((line) => line.startsWith('error'));
    assert.deepEqual(complaints, ['error: alert "hits in 1m > 10": the disk is full']);
  });
});
