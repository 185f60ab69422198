import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import { readAlertRules } from './alert-rule.ts';
import { AlertRules } from './alert-rules.ts';

const FIXED = 'hits in 1h < 10';
const ADDED = 'visitors in 5m > 1000 site a.com';

function texts(rules: AlertRules): string[] {
  return rules.current.map(({ text }) => text);
}

test('rules that are added and removed are so after a restart, beside those of the flag', (t) => {
  const folder = temporaryFolder(t);
  const rules = new AlertRules(folder, readAlertRules([FIXED]));
  const { id } = rules.add(`  ${ADDED} `);
  rules.add('hits in 1m > 5');
  assert.deepEqual(texts(new AlertRules(folder, readAlertRules([FIXED]))), [FIXED, ADDED, 'hits in 1m > 5']);
  assert.equal(rules.remove(id), true);
  assert.equal(rules.remove(id), false);
  assert.deepEqual(texts(new AlertRules(folder, [])), ['hits in 1m > 5']);
});

test('a rule of the flag cannot be removed, and one that is added twice or no rule is refused', (t) => {
  const rules = new AlertRules(temporaryFolder(t), readAlertRules([FIXED]));
  const [fixed] = rules.list();
  assert.equal(fixed!.isFixed, true);
  assert.throws(() => rules.remove(fixed!.id), { code: 'invalid', message: /is given by --alert/ });
  assert.throws(() => rules.add(FIXED), {
    code: 'invalid',
    message: 'alert "hits in 1h < 10" already exists',
  });
  assert.throws(() => rules.add('hitz in 1h > 10'), { code: 'invalid', message: /^alert "hitz in 1h > 10"/ });
  assert.deepEqual(texts(rules), [FIXED]);
});

test('at most a hundred rules are kept', (t) => {
  const folder = temporaryFolder(t);
  const alerts = Array.from({ length: 99 }, (_, at) => `hits in 1m > ${at}`);
  writeFileSync(join(folder, 'alert-rules.json'), JSON.stringify({ alerts }));
  const rules = new AlertRules(folder, []);
  rules.add('hits in 1m > 99');
  assert.throws(() => rules.add('hits in 1m > 100'), {
    code: 'invalid',
    message: '100 alerts already exist',
  });
  assert.equal(rules.current.length, 100);
});

test('a damaged file is reported, and not overwritten', (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'alert-rules.json'), '{"alerts": "hits"}');
  assert.throws(() => new AlertRules(folder, []), { code: 'data_dir_unusable' });
});

test('a deleted site takes the rules about it with it, except those of the flag', (t) => {
  const folder = temporaryFolder(t);
  const fixed = readAlertRules(['hits in 1h < 10 site a.com']);
  const rules = new AlertRules(folder, fixed);
  rules.add(ADDED);
  rules.add('hits in 1m > 5');
  rules.add('hits in 1m > 5 site b.com');
  assert.deepEqual([rules.has('a.com'), rules.has('c.com')], [true, false]);
  rules.removeSite('a.com');
  rules.removeSite('a.com');
  const left = ['hits in 1h < 10 site a.com', 'hits in 1m > 5', 'hits in 1m > 5 site b.com'];
  for (const each of [rules, new AlertRules(folder, fixed)]) assert.deepEqual(texts(each), left);
  assert.equal(rules.has('a.com'), false);
});
