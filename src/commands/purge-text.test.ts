import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { PurgeSummary } from '../retention/retention-job.ts';
import { purgeText } from './purge-text.ts';

const SUMMARY: PurgeSummary = {
  ...{ dry_run: true, hits: [], rollups: [], visits: [] },
  ...{ keep_hits: '400d', keep_rollups: 'forever', keep_visits: 'forever' },
  exceptions: [{ site: 'a.com', since: '2026-11-02T10:00:00.000Z' }],
};
const PURGED = { site: 'a.com', before: '2026-11-01T00:00:00Z', rows: 3, bytes: 90 };

describe('the text of a purge', () => {
  it('says that an exempt site is kept if no age is set for it', () => {
    assert.equal(
      purgeText(SUMMARY),
      'Nothing is old enough to be purged.\n  a.com: kept, exempt since import --keep of 2026-11-02\n',
    );
    assert.match(purgeText({ ...SUMMARY, keep_visits: '1d,a.com=forever' }), /a\.com: kept, exempt since/);
  });

  it('names the flags that override an exemption, and their kind of data', () => {
    assert.equal(
      purgeText({ ...SUMMARY, visits: [PURGED], keep_visits: '400d,a.com=1d' }),
      'Would be purged (sizes are estimates):\n' +
        '  a.com: 3 visits before 2026-11-01, 90 bytes\n' +
        '  a.com: the exemption by import --keep of 2026-11-02 does not apply to visits, because --keep-visits names this site\n',
    );
    assert.match(
      purgeText({ ...SUMMARY, keep_hits: '400d,a.com=30d', keep_rollups: 'forever,a.com=2y' }),
      /does not apply to hits and rollups, because --keep-hits and --keep-rollups name this site\n$/,
    );
  });
});
