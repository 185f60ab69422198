/** Lines that an import cannot read, or not yet, and formats. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { file } from '../../test/fixtures/file-scope.ts';
import { FORMAT_LINES } from '../../test/fixtures/format-lines.ts';
import { counts, logImports } from '../../test/fixtures/log-imports.ts';
import { logLine } from '../../test/fixtures/log-line.ts';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { LOG_FORMAT_NAMES } from '../settings/log-format.ts';

const { db, take, hits } = await logImports(file);

describe('an import', { timeout: scaledTimeout(60_000) }, () => {
  it('lists every unreadable line with its number, and continues', async () => {
    const site = 'garbage.example';
    const garbage = Array.from({ length: 100 }, (_, i) => `garbage ${i} ${'x'.repeat(9000)}\n`).join('');
    const first = await take(garbage, site);
    assert.deepEqual(counts(first), { lines: 100, imported: 0, failed: 100, already: 0 });
    assert.deepEqual(
      first.failures.map(({ line }) => line),
      Array.from({ length: 20 }, (_, i) => i + 1),
    );
    assert.match(first.failures[0]?.reason ?? '', /no timestamp/);

    const grown = await take(`${garbage}\n\r\n${logLine()}nonsense\n${logLine()}`, site);
    assert.deepEqual(counts(grown), { lines: 103, imported: 2, failed: 1, already: 100 });
    assert.deepEqual(
      grown.failures.map(({ line }) => line),
      [104],
      'numbers continue after the known lines',
    );
    assert.equal(await hits(site), 2);
  });

  it('numbers failures correctly in chunks that are read in parallel', async () => {
    const lines = Array.from({ length: 6000 }, (_, i) => logLine({ path: `/${i}` }));
    const bad = [17, 1999, 3500, 5999];
    for (const number of bad) lines[number - 1] = 'nonsense\n';
    const { failures } = await take(lines.join(''), 'numbers.example');
    assert.deepEqual(
      failures.map(({ line }) => line),
      bad,
    );
  });

  it('of an empty log has an empty summary', async () => {
    for (const nothing of ['', gzipSync('')]) {
      const summary = await take(nothing, 'empty.example');
      assert.deepEqual(counts(summary), { lines: 0, imported: 0, failed: 0, already: 0 });
    }
  });

  it('counts a last line without a line break, and never text that is appended to it', async () => {
    const site = 'tail.example';
    const line = logLine({ path: '/2' });
    const first = await take(logLine({ path: '/1' }) + line.slice(0, -10), site);
    assert.deepEqual(counts(first), { lines: 2, imported: 2, failed: 0, already: 0 });
    const second = await take(`${logLine({ path: '/1' })}${line}nonsense\n`, site);
    assert.deepEqual(counts(second), { lines: 3, imported: 0, failed: 1, already: 2 });
    assert.equal(second.failures[0]?.line, 3);
    assert.equal(await hits(site), 2);
  });

  it('counts an unreadable last line once it is complete', async () => {
    const site = 'unfinished.example';
    const line = logLine({ path: '/2' });
    const first = await take(logLine({ path: '/1' }) + line.slice(0, 60), site);
    assert.deepEqual(counts(first), { lines: 2, imported: 1, failed: 1, already: 0 });
    assert.equal(first.failures[0]?.line, 2);
    assert.match(first.failures[0]?.reason ?? '', /ends within this line.* No status/);
    const second = await take(logLine({ path: '/1' }) + line, site);
    assert.deepEqual(counts(second), { lines: 2, imported: 1, failed: 0, already: 1 });
    assert.equal(await hits(site), 2);
  });

  it('recognizes the format of each line, whatever the lines before it', async () => {
    const combined = (address: string) => logLine({ address });
    const common = combined('203.0.113.7').replace(/ "-".*/, '');
    const range = Array.from({ length: 1000 }, (_, index) => `198.51.${index >> 8}.${index & 255}`);
    const agents = range.map((address) => combined(address)).join('');
    const summary = await take(common.repeat(1000) + agents, 'mixed.example');
    assert.deepEqual(counts(summary), { lines: 2000, imported: 2000, failed: 0, already: 0 });
    const browsers = await db.top({ site: 'mixed.example', by: 'browser' });
    assert.deepEqual(browsers.rows.map(({ value, hits }) => [value, hits]).sort(), [
      ['', 1000],
      ['Firefox', 1000],
    ]);

    const hosts = range.map((address) => `a.mixed.example ${combined(address)}`).join('');
    await take(agents + hosts, 'b.mixed.example');
    const { totals } = await db.stats({ site: 'a.mixed.example' });
    assert.deepEqual([totals.hits, totals.visitors], [1000, 1000]);
  });

  it('reads logs whose fields are named once, in all their chunks, and continues when they grow', async () => {
    const line = (index: number) =>
      `2015-05-17 10:05:03 198.51.${index >> 8}.${index & 255} GET /${index} 200\n`;
    const lines = Array.from({ length: 6000 }, (_, index) => line(index));
    const head = '#Version: 1.0\n#Fields: date time c-ip cs-method cs-uri-stem sc-status\n';
    const log = head + lines.join('');
    assert.ok(log.length > 240_000);
    const first = await take(log.slice(0, log.indexOf('\n', log.length / 2)), 'w3c.example');
    const second = await take(log, 'w3c.example');
    assert.equal(first.failed + second.failed, 0);
    assert.equal(first.imported + second.imported, 6000);
    assert.equal((await db.stats({ site: 'w3c.example' })).totals.visitors, 6000);
  });

  it('counts a log of JSON once', async () => {
    const line = (index: number) =>
      `{"ts":1431857103.5,"remote_addr":"198.51.100.${index}","request":"GET /a HTTP/1.1","status":200}\n`;
    const log = Array.from({ length: 200 }, (_, index) => line(index)).join('');
    assert.deepEqual(counts(await take(log, 'json.example')), {
      lines: 200,
      imported: 200,
      failed: 0,
      already: 0,
    });
    const grown = await take(log + line(201), 'json.example');
    assert.deepEqual(counts(grown), { lines: 201, imported: 1, failed: 0, already: 200 });
  });

  it('detects the format of a log, or uses the given one', async () => {
    const vhost = ['a', 'b', 'a'].map((name) => `${name}.vhosts.example:80 ${logLine()}`).join('');
    assert.equal((await take(vhost, 'auto.example')).imported, 3);
    assert.deepEqual(await Promise.all(['a.vhosts.example', 'b.vhosts.example'].map(hits)), [2, 1]);
    assert.equal((await take(vhost, 'named.example', 'vhost')).imported, 3);
    assert.deepEqual(await Promise.all(['a.vhosts.example', 'b.vhosts.example'].map(hits)), [4, 2]);
  });

  for (const format of LOG_FORMAT_NAMES) {
    it(`counts a ${format} log once, whether its format is given or detected`, async () => {
      const log = FORMAT_LINES[format];
      for (const [given, imported] of [
        [format, 1],
        ['auto', 0],
        ['combined', 0],
      ] as const) {
        const summary = await take(log, `${format}.example`, given);
        assert.deepEqual(counts(summary), { lines: 1, imported, failed: 0, already: 1 - imported }, given);
      }
    });
  }
});
