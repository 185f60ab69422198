import assert from 'node:assert/strict';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import { ANY_LINE } from './format.ts';
import { samplesOf } from './samples.ts';
import { Survey } from './survey.ts';

it('samples of a log whose fields change are read by the directives before them', async (test) => {
  const path = join(temporaryFolder(test), 'u_ex261130.log');
  const first = '2026-11-30 10:05:03 203.0.113.7 GET /a 200 -\n';
  const second = '2026-11-30 10:05:03 GET /a 200 https://x.example/ 203.0.113.7\n';
  writeFileSync(
    path,
    `#Software: IIS\n#Fields: date time c-ip cs-method cs-uri-stem sc-status cs(Referer)\n${first.repeat(10_000)}` +
      `#Fields: date time cs-method cs-uri-stem sc-status cs(Referer) c-ip\n${second.repeat(30_000)}`,
  );
  const survey = new Survey(ANY_LINE, 'site.example', Date.now());
  const { size } = statSync(path);
  for await (const sample of samplesOf(path, size, false, new AbortController().signal)) survey.add(sample);
  assert.ok(survey.lines > 10_000, `${survey.lines} lines`);
  assert.deepEqual([survey.read, survey.unnamedClients], [survey.lines, 0]);
});
