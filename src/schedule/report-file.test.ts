import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import type { ReportJob } from './job.ts';
import { readJobs } from './job.ts';
import { reportFileName, saveReport } from './report-file.ts';

function nameOf(job: string, due: string, timezone: string): string {
  return reportFileName(readJobs([job], timezone)[0] as ReportJob, Date.parse(due), timezone);
}

describe('the file of a report', () => {
  test('is named after its job, its site and the local day', () => {
    assert.equal(
      nameOf('report daily 07:00 --site A.com', '2026-11-23T23:30:00Z', 'Europe/Berlin'),
      'report-daily-a.com-2026-11-24.txt',
    );
    assert.equal(
      nameOf('report weekly mon 07:00 --name sales --format csv', '2026-11-24T06:00:00Z', 'UTC'),
      'sales-all-sites-2026-11-24.csv',
    );
  });

  test('has the time and its offset if a day may have several, even in a repeated hour', () => {
    const job = 'report hourly --format json';
    assert.equal(
      nameOf(job, '2026-10-25T00:00:00Z', 'Europe/Berlin'),
      'report-hourly-all-sites-2026-10-25T0200+0200.json',
    );
    assert.equal(
      nameOf(job, '2026-10-25T01:00:00Z', 'Europe/Berlin'),
      'report-hourly-all-sites-2026-10-25T0200+0100.json',
    );
    assert.match(nameOf(job, '2026-10-25T00:30:00Z', 'America/St_Johns'), /T2200-0230\.json$/);
  });

  test('stays in its folder, whatever the name of a site', () => {
    assert.equal(
      nameOf('report daily 07:00 --site [::1]', '2026-11-24T07:00:00Z', 'UTC'),
      'report-daily-__1-2026-11-24.txt',
    );
    assert.throws(() => nameOf('report daily 07:00 --name ../x', '2026-11-24T07:00:00Z', 'UTC'), /--name/);
  });

  test('is created with its folder, and replaced as a whole', async (t) => {
    const folder = join(temporaryFolder(t), 'a', 'b');
    const path = await saveReport(folder, 'x.txt', 'one');
    assert.equal(await saveReport(folder, 'x.txt', 'two'), path);
    assert.equal(readFileSync(path, 'utf8'), 'two');
    assert.equal(statSync(path).mode & 0o600, 0o600);
  });

  test('is an error if another file is in the way, which stays', async (t) => {
    const way = join(temporaryFolder(t), 'reports');
    writeFileSync(way, 'mine');
    await assert.rejects(saveReport(way, 'x.txt', 'one'), /EEXIST|ENOTDIR/);
    assert.equal(readFileSync(way, 'utf8'), 'mine');
  });
});
