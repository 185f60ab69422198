import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { openTracker } from '../../test/fixtures/embedded-store.ts';
import { hitOf } from '../../test/fixtures/hit.ts';
import { randomHalves } from '../../test/fixtures/random.ts';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import { MidnightVisits, VISIT_TIMEOUT } from '../hit/midnight-visits.ts';
import { restoreVisits } from './restore-visits.ts';

const MIDNIGHT = Date.UTC(2026, 10, 25);
const MINUTE = 60_000;
const VISITORS = 200;

describe('stored visits across midnight', { timeout: scaledTimeout(60_000) }, () => {
  test('are the recent visitors and their times, as an exact recount finds', async (t) => {
    const db = await openTracker(t, { dataDir: temporaryFolder(t) });
    const halves = randomHalves(20261125);
    const sent = Array.from({ length: 3000 }, () => ({
      visitor: halves() % VISITORS,
      time: MIDNIGHT - 60 * MINUTE + (halves() % (180 * MINUTE)),
    }));
    const idOf = (visitor: number) => ({
      high: visitor * 7919,
      low: Math.imul(visitor + 1, 0x9e3779b1) >>> 0,
    });
    await Promise.all(
      sent.map(({ visitor, time }) => {
        const { high, low } = idOf(visitor);
        const hit = hitOf({ time, visitorHigh: high, visitorLow: low, site: `s${visitor % 3}.example` });
        return new Promise<void>((done) => db.spool.append(hit, () => done()));
      }),
    );
    await db.spool.flush();

    for (const minute of [-20, 0, 7, 29, 31, 75]) {
      const now = MIDNIGHT + minute * MINUTE;
      const visits = new MidnightVisits();
      await restoreVisits(visits, db.store, now);
      let goingOn = 0;
      for (let visitor = 0; visitor < VISITORS; visitor++) {
        const all = sent.filter((hit) => hit.visitor === visitor && hit.time <= now).map(({ time }) => time);
        const recent = all.filter((time) => time > now - VISIT_TIMEOUT);
        const before = all.filter((time) => time >= MIDNIGHT - VISIT_TIMEOUT && time < MIDNIGHT);
        const isWanted = recent.length > 0 && (minute < 30 || before.length > 0);
        const expected = isWanted
          ? { first: Math.min(...before, ...recent), last: Math.max(...recent) }
          : undefined;
        assert.deepEqual(visits.seenTimesOf(idOf(visitor)), expected, `visitor ${visitor} at ${minute}`);
        if (before.length > 0 && recent.length > 0) goingOn = Math.max(goingOn, ...recent);
      }
      assert.ok(minute < 0 || goingOn > 0);
      if (goingOn >= MIDNIGHT)
        assert.ok(visits.isNear(goingOn + VISIT_TIMEOUT - 1), `until then, at ${minute}`);
    }
  });

  test('are added to those that the node has seen itself', async (t) => {
    const db = await openTracker(t, { dataDir: temporaryFolder(t) });
    const hit = hitOf({ time: MIDNIGHT - 5 * MINUTE, visitorHigh: 1, visitorLow: 2 });
    await new Promise<void>((done) => db.spool.append(hit, () => done()));
    await db.spool.flush();
    const visits = new MidnightVisits();
    visits.record({ high: 1, low: 2 }, MIDNIGHT - MINUTE);
    visits.record({ high: 3, low: 4 }, MIDNIGHT - 2 * MINUTE);
    await restoreVisits(visits, db.store, MIDNIGHT + MINUTE);
    assert.deepEqual(visits.seenTimesOf({ high: 1, low: 2 }), {
      first: MIDNIGHT - 5 * MINUTE,
      last: MIDNIGHT - MINUTE,
    });
    assert.ok(visits.seenTimesOf({ high: 3, low: 4 }));
  });
});
