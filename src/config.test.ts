import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assertRefused, readServe } from '../test/fixtures/serve-settings.ts';
import { environmentName, readSettings } from './config.ts';
import { IMPORT_SETTINGS } from './settings/import.ts';
import { REPORT_SETTINGS } from './settings/report.ts';
import { SERVE_SETTINGS } from './settings/serve.ts';
import type { Settings } from './settings/setting.ts';

describe('a switch', () => {
  test('is turned on by its flag', () => {
    assert.equal(readServe(['--public']).public, true);
    assert.equal(readServe(['--public'], { HIT_PUBLIC: 'false' }).public, true);
  });

  test('takes no value on the command line', () => {
    assertRefused(() => readServe(['--public=false']), 'bad_usage', /--public/);
  });
});

describe('the command line', () => {
  for (const [claim, args, culprit] of [
    [
      'an unknown flag',
      ['--prot', '80'],
      /^Unknown option '--prot' \(did you mean "port"\?\); --help lists the flags$/,
    ],
    ['an unknown short flag', ['-p', '80'], /'-p'/],
    ['a flag with a name that every object has', ['--constructor'], /'--constructor'/],
    ['a flag with a name from the prototype of objects', ['--__proto__=1'], /'--__proto__'/],
    ['a flag without its value', ['--port'], /--port/],
    ['a flag whose value looks like a flag', ['--port', '--public'], /--port/],
    ['a negation', ['--no-public'], /'--no-public'/],
  ] as const) {
    test(`refuses ${claim}`, () => assertRefused(() => readServe(args), 'bad_usage', culprit));
  }

  test('takes the last of several values', () =>
    assert.equal(readServe(['--port', '1', '--port', '2']).port, 2));

  test('passes on arguments that are not flags', () => {
    assert.deepEqual(readSettings(IMPORT_SETTINGS, ['a.log', '--json', 'b.log', '-'], {}).positionals, [
      'a.log',
      'b.log',
      '-',
    ]);
    assert.deepEqual(readSettings(IMPORT_SETTINGS, ['--', '--json'], {}).positionals, ['--json']);
  });

  test('suggests the value that a misspelt one means', () => {
    const wrong = () => readSettings(IMPORT_SETTINGS, ['--format', 'combind'], {});
    assertRefused(wrong, 'bad_setting', /is not one of .*combined.* \(did you mean "combined"\?\)$/);
  });

  test('shows help before it validates anything', () => {
    for (const flag of ['--help', '-h']) {
      assert.equal(readSettings(SERVE_SETTINGS, [flag, '--port', 'x'], { HIT_THREADS: 'y' }).help, true);
    }
    assert.equal(readSettings(SERVE_SETTINGS, [], {}).help, false);
  });

  test('never shows the password of a store, or a token, that was refused', () => {
    for (const args of [
      ['--store', 'clickhose://user:hunter2@host/db'],
      ['--store', 'clickhouse://user:hunter2@host:99999/db'],
      ['--stream', 'kafka://user:hunter2@host:99999/topic'],
      ['--live', 'redis://:hunter2@host:99999'],
      ['--admin-token', 'hunter2'],
    ]) {
      assertRefused(() => readServe(args), 'bad_setting', /^(?!.*hunter2)/);
    }
  });
});

describe('the environment', () => {
  test('has each setting as HIT_ and its name in upper snake case', () => {
    assert.equal(environmentName('data-dir'), 'HIT_DATA_DIR');
    assert.equal(readServe([], { HIT_EXPECTED_VISITORS: '5000' })['expected-visitors'], 5000);
  });

  test('may contain other variables', () => {
    assert.equal(readServe([], { PORT: '1', HIT_UNKNOWN: '2', hit_port: '3' }).port, 5000);
  });
});

for (const [command, settings] of Object.entries({ import: IMPORT_SETTINGS, report: REPORT_SETTINGS })) {
  test(`every default of ${command} is a valid value`, () => {
    const { values } = readSettings<Settings>(settings, [], {});
    for (const [name, { fallback }] of Object.entries(settings)) {
      assert.equal(values[name] === undefined, fallback === undefined, name);
    }
  });
}
