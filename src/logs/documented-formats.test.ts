/** Each example line in docs/logs.md is of the same request, and is read as documented. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DOCUMENTED_FORMATS } from '../../test/fixtures/format-table.ts';
import { rulesOf } from './format-detection.ts';
import { LineParser } from './line-parser.ts';

const AGENT = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
/** The facts that all lines have. */
const FACTS = { peer: '203.0.113.7', path: '/a?b=c', status: 200, method: 'GET' };

describe('a line of', () => {
  for (const { name, format, lines } of DOCUMENTED_FORMATS) {
    it(`${name} is read`, () => {
      const bytes = Buffer.from(lines);
      const parser = new LineParser(rulesOf(format, lines), 'site.example');
      parser.open(bytes);
      let read = 0;
      for (let at = 0; at < bytes.length; ) {
        at = parser.next(at);
        if (parser.outcome === 'blank') continue;
        assert.equal(parser.outcome, 'read', name);
        const { peer, path, status, method, time, userAgent, referrer, site } = parser.facts;
        assert.deepEqual({ peer, path, status, method }, FACTS);
        assert.equal(Math.floor(time / 1000), Date.UTC(2015, 4, 17, 10, 5, 3) / 1000);
        assert.ok(['', AGENT].includes(userAgent), userAgent);
        assert.equal(userAgent !== '', lines.includes('Mozilla'));
        assert.equal(referrer, lines.includes('x.example') ? 'https://x.example/' : '');
        assert.equal(site, lines.includes('www.example.com') ? 'www.example.com' : 'site.example');
        read++;
      }
      assert.ok(read > 0);
    });
  }

  it('many formats are documented', () => assert.ok(DOCUMENTED_FORMATS.length >= 20));
});
