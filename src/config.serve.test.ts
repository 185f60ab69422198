import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { COUNTING_CASES } from '../test/fixtures/serve-settings/counting-cases.ts';
import { JOB_CASES } from '../test/fixtures/serve-settings/job-cases.ts';
import type { ServeCase, ServeName } from '../test/fixtures/serve-settings/serve-case.ts';
import { SERVER_CASES } from '../test/fixtures/serve-settings/server-cases.ts';
import { STORAGE_CASES } from '../test/fixtures/serve-settings/storage-cases.ts';
import { assertRefused, readServe } from '../test/fixtures/serve-settings.ts';
import { environmentName } from './config.ts';
import { SERVE_SETTINGS } from './settings/serve.ts';

/** The settings of `serve`, each once. Those with a syntax of their own are fully parsed where they are used. */
const SERVE: Readonly<Record<ServeName, ServeCase>> = {
  ...SERVER_CASES,
  ...COUNTING_CASES,
  ...STORAGE_CASES,
  ...JOB_CASES,
};

const names = Object.keys(SERVE) as ServeName[];

test('every setting of serve has a case here', () => {
  assert.deepEqual(new Set(names), new Set(Object.keys(SERVE_SETTINGS)));
});

for (const name of names) {
  const { standard, good, bad } = SERVE[name];
  const variable = environmentName(name);
  const isSwitch = SERVE_SETTINGS[name].value === '';

  describe(`--${name}`, () => {
    test('has its default if it is not set', () => assert.deepEqual(readServe([])[name], standard));

    for (const [text, value] of good) {
      test(`takes "${text.slice(0, 30)}" from the environment`, () => {
        assert.deepEqual(readServe([], { [variable]: text })[name], value);
      });
      if (isSwitch) continue;
      test(`takes "${text.slice(0, 30)}" from the flag, in preference to the environment`, () => {
        assert.deepEqual(readServe([`--${name}`, text])[name], value);
        assert.deepEqual(readServe([`--${name}=${text}`], { [variable]: 'nonsense' })[name], value);
      });
    }

    test('refuses an invalid value, and names its source', () => {
      for (const text of bad) {
        assertRefused(() => readServe([], { [variable]: text }), 'bad_setting', new RegExp(`^${variable}: `));
        if (!isSwitch)
          assertRefused(() => readServe([`--${name}=${text}`]), 'bad_setting', new RegExp(`^--${name}: `));
      }
    });
  });
}
