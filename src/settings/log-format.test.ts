import assert from 'node:assert/strict';
import { it } from 'node:test';
import { readLogFormat } from './log-format.ts';

it('the name of a program instead of a format is refused with advice', () => {
  for (const name of ['caddy', 'nginx', 'W3C', 'json', ''])
    assert.throws(
      () => readLogFormat(name, '--format'),
      /is not one of auto.* With auto, .* LogFormat or log_format/,
    );
  assert.throws(() => readLogFormat('combine', '--format'), /did you mean "combined"\?/);
  assert.equal(readLogFormat('$remote_addr', '--format'), '$remote_addr');
});
