import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { file } from '../../test/fixtures/file-scope.ts';
import { chunked, counts, logImports } from '../../test/fixtures/log-imports.ts';
import { logLine } from '../../test/fixtures/log-line.ts';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';

const { importerWith, take, hits } = await logImports(file);

/** Lines of visitors one after another, a few in each second. */
const lines = Array.from({ length: 600 }, (_, i) => {
  const time = `17/May/2015:10:${String(Math.floor(i / 180)).padStart(2, '0')}:${String(Math.floor(i / 3) % 60).padStart(2, '0')} +0000`;
  return logLine({ address: `203.0.113.${i % 9}`, time, path: `/${i % 7}` });
});

/** Imports lines as the command does without `--yes`. */
function refusing(some: readonly string[], site: string, follow = false) {
  // Small chunks, so that each log has several.
  return importerWith(5000).run(chunked(some.join('')), { site, format: 'auto', follow, refuseCopies: true });
}

const REFUSAL = { code: 'import_failed', message: /its lines are stored already.* --yes/ };

describe('stored lines', { timeout: scaledTimeout(30_000) }, () => {
  it('are refused in a copy that lacks the beginning, was edited, or follows another log in a pipe', async () => {
    const site = 'copies.example';
    await take(lines.join(''), site);
    const edited = lines.with(300, logLine({ path: '/edited' }));
    for (const copy of [
      lines.slice(1),
      lines.slice(250),
      edited.slice(1),
      [logLine({ path: '/other' }), ...lines],
    ]) {
      await assert.rejects(refusing(copy, site), REFUSAL);
    }
    await assert.rejects(refusing(lines.slice(-40), site, true), REFUSAL);
    assert.equal(await hits(site), lines.length, 'nothing is counted again');
  });

  it('are imported again if copies are not refused', async () => {
    const site = 'allowed.example';
    await take(lines.join(''), site);
    assert.equal((await take(lines.slice(1).join(''), site)).imported, lines.length - 1);
  });

  it('do not keep new lines from being imported: those of a log that has grown, and of another server of the site', async () => {
    const site = 'grown.example';
    await refusing(lines.slice(0, 400), site);
    assert.deepEqual(counts(await refusing(lines, site)), {
      lines: 600,
      imported: 200,
      failed: 0,
      already: 400,
    });
    // The same visitors at the same moments, but other pages.
    const other = lines.map((line) => line.replace(/GET \/(\d)/, 'GET /$1.css'));
    assert.equal((await refusing(other, site)).imported, lines.length);
    // Too few to conclude anything.
    assert.equal((await refusing(lines.slice(-9), site)).imported, 9);
  });
});
