import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { assertRefused, readServe } from '../test/fixtures/serve-settings.ts';
import { temporaryFolder } from '../test/fixtures/temporary.ts';
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
    assertRefused(
      wrong,
      'bad_setting',
      /is not one of .*combined.* \(did you mean "combined"\?\)\. With auto, /,
    );
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

describe('the file of a secret', () => {
  /** A file with this content. */
  function fileOf(t: TestContext, content: string): string {
    const path = join(temporaryFolder(t), 'secret');
    writeFileSync(path, content);
    return path;
  }

  test('has the value of its setting, without the line break at its end', (t) => {
    for (const end of ['', '\n', '\r\n']) {
      const path = fileOf(t, `clickhouse://me:hunter2@db:8123/hits${end}`);
      assert.equal(readServe([], { HIT_STORE_FILE: path }).store, 'clickhouse://me:hunter2@db:8123/hits');
    }
  });

  test('gives way to a flag, and is not even read then', () => {
    assert.equal(readServe(['--store', 'embedded'], { HIT_STORE_FILE: '/nowhere' }).store, 'embedded');
  });

  test('is refused beside the variable of the same setting, if it cannot be read, or for other settings', (t) => {
    const path = fileOf(t, 'clickhouse://a/b');
    for (const [environment, culprit] of [
      [
        { HIT_STORE_FILE: path, HIT_STORE: 'embedded' },
        /^HIT_STORE_FILE: HIT_STORE is set too; unset one of them$/,
      ],
      [{ HIT_STORE_FILE: `${path}.no` }, /^HIT_STORE_FILE: the file cannot be read: .*ENOENT.*secret\.no/],
      [{ HIT_STORE_FILE: temporaryFolder(t) }, /^HIT_STORE_FILE: the file cannot be read: .*EISDIR/],
      [{ HIT_PORT_FILE: path }, /^HIT_PORT_FILE: only secrets are read from files; set HIT_PORT$/],
      [{ HIT_SECRETS_FILE: path }, /^HIT_SECRETS_FILE: only secrets are read from files; set HIT_SECRETS$/],
    ] as const) {
      assertRefused(() => readServe([], environment), 'bad_setting', culprit);
    }
  });

  test('is named by the error about its value, which does not show it', (t) => {
    const environment = { HIT_STORE_FILE: fileOf(t, 'clickhose://me:hunter2@db/hits') };
    assertRefused(() => readServe([], environment), 'bad_setting', /^HIT_STORE_FILE: (?!.*hunter2)/);
    const empty = { HIT_ADMIN_TOKEN_FILE: fileOf(t, '\n') };
    assertRefused(() => readServe([], empty), 'bad_setting', /^HIT_ADMIN_TOKEN_FILE: a token has 16/);
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
