import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dashboardFiles, refreshDashboard } from '../../scripts/dashboard.ts';

/** Bytes. */
const MOST_SCRIPT = 60_000;

test('all JavaScript of the dashboard is under 60 kB gzipped', async () => {
  await refreshDashboard();
  const scripts = dashboardFiles().filter(({ name }) => name.endsWith('.js'));
  assert.ok(scripts.length > 0);
  const total = scripts.reduce((sum, { gzip }) => sum + gzip, 0);
  assert.ok(total < MOST_SCRIPT, `${total} bytes`);
});
