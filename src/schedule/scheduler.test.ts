import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { eventually, HandClock } from '../../test/fixtures/hand-clock.ts';
import { KeptLog } from '../../test/fixtures/kept-log.ts';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import { readJobs } from './job.ts';
import { Scheduler, type SchedulerOptions } from './scheduler.ts';

type Job = ReturnType<typeof readJobs>[number];

const TIMEOUT = { timeout: scaledTimeout(20_000) };

/** A folder with its clock and log; `runs` has the executed jobs with their due times. */
class Fixture {
  readonly log = new KeptLog();
  readonly runs: string[] = [];
  readonly clock: HandClock;
  readonly state: string;

  constructor(t: TestContext, start: string) {
    this.clock = new HandClock(start);
    this.state = join(temporaryFolder(t), 'schedule.json');
  }

  start(texts: readonly string[], run: SchedulerOptions<Job>['run'] = async () => undefined) {
    return Scheduler.start<Job>({
      jobs: readJobs(texts, 'UTC'),
      concurrencyKey: ({ kind }) => (kind === 'report' ? 'reports' : 'upkeep'),
      run: async (job, due, signal) => {
        this.runs.push(`${job.kind} ${new Date(due).toISOString().slice(5, 16)}`);
        await run(job, due, signal);
      },
      ...{ state: this.state, clock: this.clock, log: this.log, random: () => 0 },
    });
  }
}

describe('a job', TIMEOUT, () => {
  test('runs when it is due', async (t) => {
    const fixture = new Fixture(t, '2026-11-24T06:00Z');
    await using _ = await fixture.start(['report daily 07:00']);
    await fixture.clock.advanceTo('2026-11-24T06:59:59Z');
    assert.deepEqual(fixture.runs, []);
    await fixture.clock.advanceTo('2026-11-26T12:00Z');
    assert.deepEqual(fixture.runs, ['report 11-24T07:00', 'report 11-25T07:00', 'report 11-26T07:00']);
  });

  test('that is new has missed nothing', async (t) => {
    const fixture = new Fixture(t, '2026-11-24T12:00Z');
    await using _ = await fixture.start(['report daily 07:00']);
    await fixture.clock.advanceTo('2026-11-24T13:00Z');
    assert.deepEqual(fixture.runs, []);
  });

  test('that was missed for days runs once, for its latest due time', async (t) => {
    const fixture = new Fixture(t, '2026-11-24T06:00Z');
    await (await fixture.start(['report daily 07:00', 'purge hourly']))[Symbol.asyncDispose]();
    fixture.clock.jumpTo(Date.parse('2026-11-27T09:30Z'));
    {
      await using _ = await fixture.start(['report daily 07:00', 'purge hourly']);
      await fixture.clock.advanceTo('2026-11-27T09:59Z', 2);
    }
    assert.deepEqual(fixture.runs.sort(), ['purge 11-27T09:00', 'report 11-27T07:00']);
    assert.match(
      fixture.log.lines.join('\n'),
      /report daily 07:00: the run due at 2026-11-27T07:00:00.000Z is being caught up/,
    );
    await using _ = await fixture.start(['report daily 07:00', 'purge hourly']);
    await fixture.clock.asleep(2);
    assert.equal(fixture.runs.length, 2);
  });

  test('never overlaps with itself, and catches up once after a long run', async (t) => {
    const fixture = new Fixture(t, '2026-11-24T06:00Z');
    const gate = Promise.withResolvers<void>();
    await using _ = await fixture.start(['report hourly'], () => gate.promise);
    await fixture.clock.asleep(1);
    fixture.clock.jumpTo(Date.parse('2026-11-24T07:00Z'));
    await eventually(() => fixture.runs.length === 1);
    fixture.clock.jumpTo(Date.parse('2026-11-24T10:20Z'));
    gate.resolve();
    await fixture.clock.asleep(1);
    assert.deepEqual(fixture.runs, ['report 11-24T07:00', 'report 11-24T10:00']);
  });

  test('that deletes waits for another one that deletes, and reports do not wait for it', async (t) => {
    const fixture = new Fixture(t, '2026-11-24T02:00Z');
    const gate = Promise.withResolvers<void>();
    const jobs = ['purge daily 03:00', 'archive daily 03:00 --older-than 1d --to x', 'report daily 03:00'];
    await using _ = await fixture.start(jobs, ({ kind }) =>
      kind === 'purge' ? gate.promise : Promise.resolve(),
    );
    await fixture.clock.asleep(3);
    fixture.clock.jumpTo(Date.parse('2026-11-24T03:00Z'));
    await fixture.clock.asleep(1);
    assert.deepEqual(fixture.runs.sort(), ['purge 11-24T03:00', 'report 11-24T03:00']);
    gate.resolve();
    await fixture.clock.asleep(3);
    assert.ok(fixture.runs.includes('archive 11-24T03:00'));
  });

  test('that fails is retried with backoff, and logged', async (t) => {
    const fixture = new Fixture(t, '2026-11-24T06:59Z');
    const times: string[] = [];
    let failures = 4;
    await using _ = await fixture.start(['report daily 07:00'], async () => {
      times.push(new Date(fixture.clock.now()).toISOString().slice(11, 16));
      if (failures-- > 0) throw new Error('the disk is full');
    });
    await fixture.clock.advanceTo('2026-11-24T12:00Z');
    assert.deepEqual(times, ['07:00', '07:01', '07:03', '07:07', '07:15']);
    assert.deepEqual(new Set(fixture.runs), new Set(['report 11-24T07:00']));
    assert.equal(
      fixture.log.lines[0],
      'error: report daily 07:00: failed, and will be retried in 60 s: the disk is full',
    );
  });

  test('that keeps failing is replaced by the next one that is due', async (t) => {
    const fixture = new Fixture(t, '2026-11-24T06:30Z');
    const broken = Date.parse('2026-11-24T07:00Z');
    await using _ = await fixture.start(['report hourly'], async (_job, due) => {
      if (due === broken) throw new Error('no');
    });
    await fixture.clock.advanceTo('2026-11-24T08:30Z');
    assert.equal(fixture.runs.at(-1), 'report 11-24T08:00');
    assert.match(
      fixture.log.lines.join('\n'),
      /the run due at 2026-11-24T07:00:00.000Z is abandoned, because the one due at 2026-11-24T08:00/,
    );
  });

  test('that is running at shutdown is aborted, and catches up at the next start', async (t) => {
    const fixture = new Fixture(t, '2026-11-24T06:59Z');
    const scheduler = await fixture.start(
      ['report daily 07:00'],
      (_job, _due, signal) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(new Error('aborted'))),
        ),
    );
    await fixture.clock.asleep(1);
    fixture.clock.jumpTo(Date.parse('2026-11-24T07:00Z'));
    await eventually(() => fixture.runs.length === 1);
    await scheduler[Symbol.asyncDispose]();
    assert.deepEqual(fixture.log.lines, []);
    await using _ = await fixture.start(['report daily 07:00']);
    await fixture.clock.asleep(1);
    assert.deepEqual(fixture.runs, ['report 11-24T07:00', 'report 11-24T07:00']);
  });

  test('still runs after a clock was years ahead', async (t) => {
    const fixture = new Fixture(t, '2026-11-24T06:30Z');
    writeFileSync(fixture.state, '{"report daily 07:00":"2036-11-24T07:00:00.000Z"}');
    await using _ = await fixture.start(['report daily 07:00']);
    await fixture.clock.advanceTo('2026-11-24T07:30Z');
    assert.deepEqual(fixture.runs, ['report 11-24T07:00']);
  });
});

describe('the saved state', TIMEOUT, () => {
  test('starts over if the file is damaged, and logs it', async (t) => {
    for (const damage of ['', '{', '[]', '{"report daily 07:00":"yesterday"}']) {
      const fixture = new Fixture(t, '2026-11-24T12:00Z');
      writeFileSync(fixture.state, damage);
      await using _ = await fixture.start(['report daily 07:00']);
      assert.match(fixture.log.lines.join('\n'), /^warn: .*schedule\.json cannot be read and is reset/);
      await fixture.clock.advanceTo('2026-11-25T08:00Z');
      assert.deepEqual(fixture.runs, ['report 11-25T07:00']);
    }
  });

  test('is readable, and contains only what is scheduled', async (t) => {
    const fixture = new Fixture(t, '2026-11-24T06:00Z');
    writeFileSync(fixture.state, '{"purge hourly":"2026-11-01T00:00:00.000Z"}');
    await using _ = await fixture.start(['report daily 07:00']);
    await fixture.clock.advanceTo('2026-11-24T08:00Z');
    assert.deepEqual(JSON.parse(readFileSync(fixture.state, 'utf8')), {
      'report daily 07:00': '2026-11-24T07:00:00.000Z',
    });
  });
});
