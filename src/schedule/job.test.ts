import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { HitError } from '../errors.ts';
import { type Job, type ReportJob, readJobs, readZone } from './job.ts';

const ZONE = 'Europe/Berlin';

function read(text: string): Job {
  return readJobs([text], ZONE)[0]!;
}

function assertRefused(attempt: () => unknown, message: RegExp): void {
  assert.throws(attempt, (error) => {
    assert.ok(error instanceof HitError, String(error));
    assert.equal(error.code, 'bad_setting');
    assert.match(error.message, message);
    return true;
  });
}

/** When a job is next due after a time. */
function after(text: string, time: string): string {
  return new Date(read(text).schedule.dueAfter(Date.parse(time))!).toISOString().slice(0, 16);
}

describe('a job is due', () => {
  for (const [when, time, next] of [
    ['hourly', '2026-11-24T06:00Z', '2026-11-24T07:00'],
    ['daily 07:00', '2026-11-24T06:00Z', '2026-11-25T06:00'],
    ['daily 7:00', '2026-11-24T05:59Z', '2026-11-24T06:00'],
    ['weekly mon 07:30', '2026-11-24T06:00Z', '2026-11-30T06:30'],
    ['weekly SUN 00:00', '2026-11-24T06:00Z', '2026-11-28T23:00'],
    ['monthly 1 07:00', '2026-11-24T06:00Z', '2026-12-01T06:00'],
    ['cron "*/15 9-17 * * mon-fri"', '2026-11-28T06:00Z', '2026-11-30T08:00'],
    ['daily 02:30', '2026-03-28T12:00Z', '2026-03-29T01:00'], // 02:30 is skipped
    ['daily 02:30', '2026-10-24T12:00Z', '2026-10-25T00:30'], // 02:30 occurs twice
    ['daily 02:30', '2026-10-25T00:30Z', '2026-10-26T01:30'],
  ] as const) {
    test(`${when} after ${time}`, () => assert.equal(after(`report ${when}`, time), next));
  }

  test('at its time, and stays due afterwards', () => {
    const { schedule } = read('report daily 07:00');
    const due = Date.UTC(2026, 10, 24, 6);
    for (const later of [0, 1, 999, 1000, 86_399_999]) assert.equal(schedule.dueBefore(due + later), due);
    assert.equal(schedule.dueBefore(due - 1), due - 86_400_000);
  });
});

describe('a schedule', () => {
  test('has the flags of its job', () => {
    const { kind, period, format, name, params } = read(
      `report daily 07:00 --period 30d --site A.com:80 --by path --compare previous --format csv --filter 'path=/a b/*'`,
    ) as ReportJob;
    assert.deepEqual(
      { kind, period, format, name },
      { kind: 'report', period: '30d', format: 'csv', name: 'report-daily' },
    );
    assert.deepEqual(params, {
      ...{ site: 'a.com', by: 'path', compare: 'previous', filter: 'path=/a b/*', timezone: ZONE },
    });
  });

  test('may have none of them', () => {
    const { period, format, params } = read('report monthly 1 00:00') as ReportJob;
    assert.deepEqual(
      { period, format, params },
      { period: '7d', format: 'text', params: { timezone: ZONE } },
    );
  });

  test('of a purge or an archive has their flags', () => {
    const purge = read('purge weekly sun 03:00 --keep-hits 90d,a.com=30d');
    assert.ok(purge.kind === 'purge');
    assert.equal(purge.values['keep-hits']?.default, 90);
    const archive = read('archive cron "0 4 * * *" --older-than 90d --to s3://bucket/hits');
    assert.ok(archive.kind === 'archive');
    assert.deepEqual(archive.values, { 'older-than': 90, to: 's3://bucket/hits' });
  });

  for (const [text, culprit] of [
    ['', /"" is not report, purge or archive/],
    ['rapport daily 07:00', /"rapport" is not report/],
    ['report', /"" is not hourly, daily 07:00/],
    ['report dayly 07:00', /"dayly" is not hourly/],
    ['report daily', /daily: "" is not a time of day/],
    ['report daily 24:00', /daily: "24:00" is not a time/],
    ['report weekly 07:00', /weekly: "07:00" is not sun, mon/],
    ['report monthly 31 07:00', /monthly: "31" is not a day from 1 to 28/],
    ['report cron "61 * * * *"', /"61 \* \* \* \*" is not a cron pattern .*minute/],
    ['report cron "0 0 31 2 *"', /never occurs/],
    ['report cron 0 7 * * *', /"0" is not a cron pattern/],
    ['report cron "0 7 * * *', /a " is not closed/],
    ['report daily 07:00 7d', /"7d" is not expected here/],
    ['report daily 07:00 --port 80', /'--port'.*its flags are --period, --format/],
    ['report daily 07:00 --help', /--help is not a flag/],
    ['report daily 07:00 --period week', /--period: "week" is not today, yesterday/],
    ['report daily 07:00 --format pdf', /--format: "pdf" is not one of text, json, csv/],
    ['report daily 07:00 --name ../x', /--name: "..\/x" is not/],
    ['report daily 07:00 --by colour', /colour/],
    ['report daily 07:00 --compare tomorrow', /tomorrow/],
    ['report daily 07:00 --site "not a host"', /"not a host" is not a host name/],
    ['report daily 07:00 --filter colour=red', /colour/],
    ['purge daily 03:00 --keep-hits long', /--keep-hits: "long"/],
    ['archive daily 03:00 --to x', /--older-than is missing/],
    ['archive daily 03:00 --older-than 90d', /--to is missing/],
  ] as const) {
    test(`"${text}" is refused with the reason`, () => assertRefused(() => read(text), culprit));
  }

  test('is refused if it occurs twice', () => {
    assertRefused(() => readJobs(['purge hourly', 'purge  hourly'], ZONE), /given twice/);
  });

  test('is refused if its report would overwrite another', () => {
    const [first, second] = ['report daily 07:00 --by path', 'report daily 07:00 --by country'];
    assertRefused(() => readJobs([first!, second!], ZONE), /give this one a --name/);
    assert.equal(readJobs([first!, `${second} --name countries`], ZONE).length, 2);
    assert.equal(readJobs([first!, `${second} --site a.com`], ZONE).length, 2);
  });
});

test('a time zone is an IANA name', () => {
  assert.equal(readZone('America/New_York'), 'America/New_York');
  for (const zone of ['', '+01:00', 'Berlin', 'Mars/Olympus'])
    assertRefused(() => readZone(zone), /--timezone/);
});
