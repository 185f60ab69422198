import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { compilePattern, parsePattern } from './line-pattern.ts';
import { createLogLine } from './log-line.ts';

const REST = '"GET /a HTTP/1.1" 200';

/** The time of a line with this text in the place of these tokens, in ISO 8601. */
function timeOf(text: string, tokens: string): string {
  const out = createLogLine();
  const outcome = parsePattern(`203.0.113.7 ${text} ${REST}`, compilePattern(`%h ${tokens} "%r" %>s`), out);
  return outcome === 'read' ? new Date(out.timeMs).toISOString() : outcome;
}

describe("a time in the notation of Apache's LogFormat", () => {
  it('may have any order, separators and offset', () => {
    for (const [text, tokens] of [
      ['[2015-05-17 10:05:03]', '[%{%Y-%m-%d %H:%M:%S}t]'],
      ['2015-05-17T10:05:03Z', '%{%FT%TZ}t'],
      ['2015-05-17T12:05:03+0200', '%{%Y-%m-%dT%H:%M:%S%z}t'],
      ['[17/May/2015:15:35:03 +0530]', '[%{%d/%b/%Y:%T %z}t]'],
      ['Sun May 17 10:05:03 2015', '%{%c}t'],
      ['05/17/15 10:05:03 GMT', '%{%D %T %Z}t'],
      ['1431857103', '%{%s}t'],
      ['17.05.2015 10:05:03', '%{begin:%d.%m.%Y %T}t'],
    ] as const) {
      assert.equal(timeOf(text, tokens), '2015-05-17T10:05:03.000Z', tokens);
    }
    assert.equal(timeOf('May  7 09:05:03 2015', '%{%b %e %T %Y}t'), '2015-05-07T09:05:03.000Z');
  });

  it('may be written in several tokens, with a fraction', () => {
    const tokens = '[%{%d/%b/%Y:%T}t.%{msec_frac}t %{%z}t]';
    assert.equal(timeOf('[17/May/2015:03:05:03.250 -0700]', tokens), '2015-05-17T10:05:03.250Z');
    assert.equal(timeOf('2015-05-17 10:05', '%{%Y-%m-%d}t %{%R}t'), '2015-05-17T10:05:00.000Z');
  });

  it('that does not exist, or is in a zone without an offset, is not read', () => {
    assert.equal(timeOf('2015-02-29 10:05:03', '%{%F %T}t'), 'bad timestamp');
    assert.equal(timeOf('2015-05-17 25:05:03', '%{%F %T}t'), 'bad timestamp');
    assert.equal(timeOf('2015-05-17 10:05:03 CEST', '%{%F %T %Z}t'), 'bad timestamp');
    assert.equal(timeOf('yesterday', '%{%F %T}t'), 'other format');
  });

  it('is refused if it is incomplete or of a clock with twelve hours', () => {
    assert.throws(() => compilePattern('%h %{%Y-%m-%d}t "%r" %>s'), /has no hour, no minute/);
    assert.throws(() => compilePattern('%h %{%F %I:%M %p}t "%r" %>s'), /%\{%F %I:%M %p\}t" is not supported/);
  });
});
