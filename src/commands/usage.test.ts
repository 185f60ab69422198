import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { HitError } from '../errors.ts';
import { IMPORT_SETTINGS } from '../settings/import.ts';
import { REPORT_SETTINGS } from '../settings/report.ts';
import { SERVE_SETTINGS } from '../settings/serve.ts';
import type { Command } from './command.ts';
import { commandHelp, programHelp, unexpected } from './usage.ts';

function commandOf(settings: Command['settings']): Command {
  return {
    usage: '[options]',
    settings,
    examples: ['hit-tracker try --port 8080'],
    run: async () => undefined,
  };
}

describe('the help of a command', () => {
  for (const [name, settings] of Object.entries({
    serve: SERVE_SETTINGS,
    import: IMPORT_SETTINGS,
    report: REPORT_SETTINGS,
  })) {
    test(`lists each flag of ${name} on a line, with its value, purpose and default`, () => {
      const lines = commandHelp(name, 'count hits', commandOf(settings)).split('\n');
      for (const [flag, { value, help, fallback }] of Object.entries(settings)) {
        const shown = value === '' ? `--${flag}` : `--${flag} ${value}`;
        const line = lines.find((each) => each.trim().startsWith(`${shown} `)) ?? '';
        assert.ok(line.includes(help), `${shown}: ${line}`);
        if (fallback !== undefined && value !== '') assert.ok(line.endsWith(` [${fallback}]`), line);
        assert.notEqual(help, '');
      }
    });
  }

  test('shows the usage, the environment variables and examples', () => {
    const help = commandHelp('try', 'count hits', commandOf(SERVE_SETTINGS));
    assert.match(help, /^hit-tracker try: count hits\n\nUsage: hit-tracker try \[options\]\n/);
    assert.match(help, /HIT_PORT for --port/);
    assert.match(help, /may be in files, which these variables name: HIT_STORE_FILE, HIT_LIVE_FILE, /);
    assert.doesNotMatch(help, /HIT_PORT_FILE/);
    assert.doesNotMatch(
      commandHelp('try', 'count hits', commandOf({ port: SERVE_SETTINGS.port })),
      /in files/,
    );
    assert.match(help, /Examples:\n {2}hit-tracker try --port 8080\n$/);
    assert.match(help, / --help /);
  });
});

test('the help of the program lists its commands in a column', () => {
  const help = programHelp({ a: { summary: 'count hits' }, longer: { summary: 'count hits' } }, '1.2.3');
  assert.match(help, /^hit-tracker 1\.2\.3: /);
  assert.match(help, /\n {2}a {7}count hits\n {2}longer {2}count hits\n/);
});

test('an extra argument is named, as a usage error', () => {
  const error = unexpected(['extra', 'more']);
  assert.ok(error instanceof HitError);
  assert.deepEqual([error.code, error.exitCode], ['bad_usage', 2]);
  assert.match(error.message, /^"extra" is not expected here/);
});
