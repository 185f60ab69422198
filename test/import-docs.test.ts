/** The section about access logs in docs/operations.md names what `import` reads. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { LOG_FORMAT_CHOICES } from '../src/settings/log-format.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../docs/operations.md'), 'utf8');
const SECTION = /^## Access logs$(.*?)^## /ms.exec(PAGE)?.[1] ?? '';

it('each format is named', () => {
  for (const choice of LOG_FORMAT_CHOICES) assert.ok(SECTION.includes(`\`${choice}\``), choice);
});
