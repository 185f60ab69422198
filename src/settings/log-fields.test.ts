import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { logFieldsText, readLogFields } from './log-fields.ts';

describe('names of JSON fields', () => {
  it('are read in their order, and written as they are read', () => {
    const text = 'client=src_ip,client=meta.peer,user_agent=ua';
    const fields = readLogFields(` client = src_ip , client=meta.peer,user_agent=ua`, '--fields');
    assert.deepEqual(fields, { client: ['src_ip', 'meta.peer'], user_agent: ['ua'] });
    assert.equal(logFieldsText(fields), text);
    assert.deepEqual(readLogFields('path=a=b', '--fields'), { path: ['a=b'] });
  });

  it('are refused for a field that a hit does not have, with a suggestion', () => {
    for (const [text, message] of [
      ['clent=src_ip', /"clent" is not a field of a hit: use client, .* \(did you mean "client"\?\)$/],
      ['src_ip=client', /"src_ip" is not a field of a hit: write client=src_ip$/],
      ['client', /"client" is not a pair such as client=src_ip$/],
      ['client=', /"client=" is not a pair/],
      ['client=a,,time=b', /is not a list such as/],
      ['__proto__=a', /is not a field of a hit/],
    ] as const) {
      assert.throws(() => readLogFields(text, '--fields'), { code: 'bad_setting', message }, text);
    }
  });
});
