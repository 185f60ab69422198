import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { DROP_REASONS } from './drop-reason.ts';

test('docs/api.md explains exactly the existing reasons', () => {
  const page = readFileSync(new URL('../../docs/api.md', import.meta.url), 'utf8');
  const section = page.slice(page.indexOf('### drops'), page.indexOf('### tokens'));
  const rows = section.split('\n').filter((line) => line.startsWith('| `'));
  const explained = rows.flatMap((row) => Array.from(row.split('|')[1]!.matchAll(/\w+/g), ([name]) => name));
  assert.deepEqual(explained.sort(), [...DROP_REASONS].sort());
});
