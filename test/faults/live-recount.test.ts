import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { BEARER, TOKEN } from '../fixtures/any-server.ts';
import { RunningServer } from '../fixtures/running-server.ts';
import { scaledTimeout } from '../fixtures/scaled-timeout.ts';
import { temporaryFolder } from '../fixtures/temporary.ts';

const KEY = Buffer.alloc(16, 7).toString('base64');
const HOUR = 3_600_000;
/** Hits of a request. */
const BATCH = 200;
/** Hits of the hour before. */
const HISTORY = 20_000;
const WINDOWS = { '10s': 10, '60s': 60, '10m': 600, '1h': 3600 };
/** Comparisons while the generator runs. */
const ROUNDS = 4;

interface Counts {
  readonly hits: number;
  readonly visitors: number;
}

interface Live {
  readonly at: string;
  readonly windows: readonly (Counts & { readonly window: keyof typeof WINDOWS; readonly error: number })[];
}

/** Numbers from 0 to 1 (SplitMix, 32 bits), the same each time. */
function* randomNumbers(seed: number): Generator<number, never> {
  for (let state = seed; ; ) {
    state = (state + 0x9e3779b9) | 0;
    let z = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    yield ((z ^ (z >>> 15)) >>> 0) / 2 ** 32;
  }
}

test('live visitors agree with an exact recount within three standard errors, while hits come in', {
  timeout: scaledTimeout(300_000),
}, async (t) => {
  const dataDir = temporaryFolder(t);
  // With random keys each run would have another table, and one in 370 is off by more.
  const keys = { key: KEY, importSalt: KEY, adminToken: TOKEN };
  writeFileSync(join(dataDir, 'secrets.json'), JSON.stringify(keys));
  await using server = await RunningServer.start(dataDir);
  const random = randomNumbers(20261124);
  const draw = () => random.next().value;
  let stop = false;

  /** Few visitors are frequent, many come once. */
  async function send(ageOf: () => number): Promise<void> {
    const now = Date.now();
    const hits = Array.from({ length: BATCH }, () => ({
      site: 'recount.example',
      path: '/',
      visitor: `visitor-${Math.floor(30_000 ** draw())}-${draw() < 0.5 ? 'a' : Math.floor(20_000 * draw())}`,
      time: new Date(now - ageOf()).toISOString(),
    }));
    const { status, text } = await server.post('/api/v1/hits', hits, BEARER);
    assert.equal(status, 202, text);
  }

  for (let sent = 0; sent < HISTORY; sent += BATCH) await send(() => HOUR * draw() ** 2);
  const generator = (async () => {
    while (!stop) {
      await send(() => 0);
      await sleep(20);
    }
  })();
  for (let round = 0; round < ROUNDS; round++) {
    await sleep(1000);
    const path = `/api/v1/live?site=recount.example&window=${Object.keys(WINDOWS).join()}`;
    const { at, windows } = await server.ask<Live>(path);
    for (const { window, hits, visitors, error } of windows) {
      // The window is (at - length, at] in whole milliseconds.
      const from = Date.parse(at) - WINDOWS[window] * 1000 + 1;
      const period = `from=${new Date(from).toISOString()}&to=${new Date(Date.parse(at) + 1).toISOString()}`;
      const { totals } = await server.ask<{ totals: Counts }>(
        `/api/v1/stats?site=recount.example&interval=hour&${period}`,
      );
      t.diagnostic(`${window}: ${visitors} visitors of ${totals.visitors}, ${hits} hits of ${totals.hits}`);
      // Hits of one request may have their time, and not be counted yet.
      const bound = 3 * error * totals.visitors + BATCH;
      assert.ok(totals.visitors > 2000, `${window}: ${totals.visitors}`);
      assert.ok(Math.abs(visitors - totals.visitors) <= bound, `${window}: ${visitors}, ${totals.visitors}`);
    }
  }
  stop = true;
  await generator;
  await server.stop();
});
