/** The docs name everything that a hit has, and everything that hits are reported with and ranked by. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { DIMENSIONS } from '../src/clickhouse/dimension.ts';
import { REPORT_MEMBERS } from '../src/http/collect/report.ts';
import { ROW_COLUMNS } from '../src/rows/row-layout.ts';
import { REPORT_SETTINGS } from '../src/settings/report.ts';

const page = (name: string) => readFileSync(join(import.meta.dirname, '../docs', name), 'utf8');
const API = page('api.md');

function section(heading: string): string {
  const [, after] = API.split(`\n### ${heading}\n`);
  assert.ok(after !== undefined, heading);
  return after.split(/\n##/)[0]!;
}

function assertNamed(text: string, names: readonly string[], where: string): void {
  for (const name of names) assert.match(text, new RegExp(name), `${name} is missing in ${where}`);
}

it('the docs of exports and of records in Kafka have every column of a hit', () => {
  assertNamed(section('export'), Object.keys(ROW_COLUMNS), 'export');
  assertNamed(
    page('stream.md'),
    Object.keys(ROW_COLUMNS).map((name) => `\`${name}\``),
    'stream.md',
  );
});

it('the docs of rankings, and the help of report, have every dimension', () => {
  assertNamed(
    section('top'),
    DIMENSIONS.map((name) => `\`${name}\``),
    'top',
  );
  assertNamed(REPORT_SETTINGS.by.help, DIMENSIONS, '--by');
});

it('the docs of collecting have every member of a report', () => {
  const [, collecting = ''] = API.split('## Collect');
  const told = collecting.split(/\n## /)[0]!;
  assertNamed(told, Object.keys(REPORT_MEMBERS), 'Collect');
});
