/** docs/logs.md names what `import` reads. Its lines are read by `src/logs/documented-formats.test.ts`. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { LOG_FORMAT_CHOICES } from '../src/settings/log-format.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../docs/logs.md'), 'utf8');

it('each format is named', () => {
  for (const choice of LOG_FORMAT_CHOICES) assert.ok(PAGE.includes(choice), choice);
});
