/** Visitors without a cookie across midnight UTC, counted by a real server whose clock is moved. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { FIREFOX } from '../fixtures/any-server.ts';
import { MovedClock } from '../fixtures/moved-clock.ts';
import { RunningServer } from '../fixtures/running-server.ts';
import { scaledTimeout } from '../fixtures/scaled-timeout.ts';
import { temporaryFolder } from '../fixtures/temporary.ts';

const PEOPLE = 12;

/** A page view of each person. */
async function viewsOf(server: RunningServer, people: number): Promise<void> {
  for (let person = 0; person < people; person++) {
    const headers = { 'user-agent': FIREFOX, 'x-forwarded-for': `198.51.100.${person}`, connection: 'close' };
    const { status } = await server.send('/hit.gif?site=a.example&path=/', { headers });
    assert.equal(status, 200);
  }
}

/** The store's counts. */
async function counted(server: RunningServer): Promise<{ visitors: number; visits: number }> {
  const period = 'from=2098-11-20&to=2098-12-01&interval=day&metrics=visitors,visits';
  const { totals } = await server.ask<{ totals: { visitors: number; visits: number } }>(
    `/api/v1/stats?site=a.example&${period}`,
  );
  return { visitors: totals.visitors, visits: totals.visits };
}

for (const threads of ['1', '2']) {
  const skip = threads !== '1' && process.platform !== 'linux' && 'threads share a port on Linux';
  test(`a visit across midnight is one, with --threads ${threads}, even if the server is killed during it`, {
    skip,
    timeout: scaledTimeout(120_000),
  }, async (t) => {
    const folder = temporaryFolder(t);
    using clock = new MovedClock(join(folder, 'clock'), '2098-11-24T23:55Z');
    const start = () =>
      RunningServer.start(join(folder, 'data'), '--identity', 'cookieless', '--threads', threads);
    let server = await start();
    await viewsOf(server, PEOPLE);
    const one = { visitors: PEOPLE, visits: PEOPLE };
    assert.deepEqual(await counted(server), one);

    clock.moveTo('2098-11-25T00:05Z');
    await viewsOf(server, PEOPLE);
    assert.deepEqual(await counted(server), one);

    await server[Symbol.asyncDispose]();
    clock.moveTo('2098-11-25T00:30Z');
    server = await start();
    await viewsOf(server, PEOPLE);
    assert.deepEqual(await counted(server), one);

    // Long after midnight too, while the visit continues.
    await server[Symbol.asyncDispose]();
    clock.moveTo('2098-11-25T00:50Z');
    server = await start();
    await viewsOf(server, PEOPLE + 3);
    assert.deepEqual(await counted(server), { visitors: PEOPLE + 3, visits: PEOPLE + 3 });

    // After a gap of half an hour they are new visitors, for the rest of the day.
    for (const time of ['2098-11-25T01:21Z', '2098-11-25T02:00Z']) {
      clock.moveTo(time);
      await viewsOf(server, PEOPLE + 3);
    }
    const visitors = PEOPLE + PEOPLE + 3;
    assert.deepEqual(await counted(server), { visitors, visits: visitors + PEOPLE + 3 + 3 });
    const { code, stderr } = await server.stop();
    assert.equal(code, 0, stderr);
    assert.doesNotMatch(stderr, /"level":[456]0/);
  });
}
