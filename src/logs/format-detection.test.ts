import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cpuTimeOf } from '../../test/fixtures/cpu-time.ts';
import { FORMAT_LINES } from '../../test/fixtures/format-lines.ts';
import { ANY_LINE, FORMAT_RULES } from './format.ts';
import { detectRules, rulesOf } from './format-detection.ts';

const TAIL = '[17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 12';
const COMBINED = `83.149.9.216 - - ${TAIL} "-" "curl/8.5.0"`;
const VHOST = `example.com:80 ${COMBINED}`;

describe('detectRules', () => {
  it('leaves lines of all formats to the lines themselves', () => {
    assert.deepEqual(detectRules([FORMAT_LINES.common, FORMAT_LINES.combined]), ANY_LINE);
    assert.deepEqual(detectRules([]), ANY_LINE);
    assert.deepEqual(detectRules(['', '# a comment', '\0\0\0', COMBINED]), ANY_LINE);
  });

  it('takes an address before another one for a host if most lines begin with a host', () => {
    assert.equal(detectRules([VHOST, COMBINED, VHOST]).host, 'usually');
    assert.equal(detectRules([VHOST, COMBINED, COMBINED]).host, 'sometimes');
    assert.equal(detectRules([`203.0.113.7, 10.0.0.1 - - ${TAIL}`]).host, 'sometimes');
  });

  it('takes a host after the agent for the site if most lines have one', () => {
    const named = `${COMBINED} "www.example.com"`;
    assert.ok(detectRules([named, named, `${COMBINED} "-"`]).hostAfterAgent);
    // One that a client has sent as X-Forwarded-For.
    assert.ok(!detectRules([named, `${COMBINED} "-"`, `${COMBINED} "203.0.113.9"`]).hostAfterAgent);
  });

  it('takes linear time for hostile lines', () => {
    for (const part of ['" 200 1 "', String.raw`\" 200 1 \"`, '" 200 1 a ', '"', '\\', ' [', ', ', ' a/1']) {
      const line = `83.149.9.216 - - ${TAIL} "${part.repeat(6000)}`;
      const taken = cpuTimeOf(() => detectRules([line, line, line]));
      assert.ok(taken < 300, `${part} took ${taken} ms`);
    }
  });
});

describe('rulesOf', () => {
  it('are those of the given format, whatever the lines', () => {
    assert.deepEqual(rulesOf('common', `${VHOST}\n${VHOST}\n`), FORMAT_RULES.common);
    assert.equal(rulesOf('auto', `${VHOST}\n${VHOST}\n`).host, 'usually');
  });
});
