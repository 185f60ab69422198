import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readLogFields } from '../settings/log-fields.ts';
import { rulesOf } from './format-detection.ts';
import { LineParser } from './line-parser.ts';
import { Survey } from './survey.ts';

const OWN = {
  ...{ when: 1431857103.655, src: { ip: '203.0.113.7' }, verb: 'POST', where: '/a?b=c', code_: '404' },
  ...{ from: 'https://x.example/', ua: 'curl/8.5.0', vhost_: 'www.example.com', path: 'not the path' },
};
const FIELDS =
  'client=src.ip,time=when,host=vhost_,method=verb,path=where,status=code_,referrer=from,user_agent=ua';

function factsOf(line: object | string, fields: string) {
  const parser = new LineParser(
    rulesOf('auto', '', { fields: readLogFields(fields, '--fields') }),
    'site.example',
  );
  const bytes = Buffer.from(typeof line === 'string' ? line : JSON.stringify(line));
  parser.open(bytes);
  parser.next(0);
  assert.equal(parser.outcome, 'read', bytes.toString());
  const { time, peer, site, method, path, status, referrer, userAgent } = parser.facts;
  return { time, peer, site, method, path, status, referrer, userAgent };
}

describe('JSON fields that the user states', () => {
  it('are read, also behind prefixes and within lines of a program that forwards them', () => {
    const expected = {
      ...{
        time: 1431857103655,
        peer: '203.0.113.7',
        site: 'www.example.com',
        method: 'POST',
        path: '/a?b=c',
      },
      ...{ status: 404, referrer: 'https://x.example/', userAgent: 'curl/8.5.0' },
    };
    const line = JSON.stringify(OWN);
    for (const written of [line, `web-1  | ${line}`, JSON.stringify({ log: `${line}\n` })]) {
      assert.deepEqual(factsOf(written, FIELDS), expected);
    }
  });

  it('are preferred to usual ones, which other lines of the log may have', () => {
    const usual = {
      time: '2015-05-17T10:05:03Z',
      remote_addr: '10.0.0.1',
      request: 'GET / HTTP/1.1',
      status: 200,
    };
    assert.equal(
      factsOf({ ...usual, x_forwarded_for: '198.51.100.1', ip_: '203.0.113.9' }, 'client=ip_').peer,
      '203.0.113.9',
    );
    assert.equal(factsOf(usual, 'client=ip_').peer, '10.0.0.1');
    assert.equal(
      factsOf({ ...usual, ip_: '10.0.0.2, 203.0.113.9' }, 'client=ip_').peer,
      '203.0.113.9',
      'a list',
    );
    assert.equal(factsOf({ ...usual, path: '/x', line: 'GET /y HTTP/1.1' }, 'request=line').path, '/y');
  });

  it('are reported if no line has them', () => {
    const fields = readLogFields('client=src.ip,status=sttaus', '--fields');
    const survey = new Survey(rulesOf('auto', '', { fields }), 'site.example', Date.now());
    survey.add(Buffer.from(`${JSON.stringify({ msg: JSON.stringify(OWN) })}\n`));
    assert.deepEqual([...survey.missingNames], ['sttaus']);
  });
});
