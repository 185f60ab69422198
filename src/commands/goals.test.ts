import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, it } from 'node:test';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import { readSettings } from '../config.ts';
import { GOAL_SETTINGS } from '../settings/query.ts';
import { goals } from './goals.ts';

describe('the goals command', () => {
  for (const [args, message] of [
    [[], /^a subcommand is missing: list, add, remove$/],
    [['ad', 'x'], /^the subcommand "ad" is unknown: did you mean "add"\?$/],
    [['add', 'x'], /^set either --event or --page$/],
    [['add', 'x', '--event', 'signup', '--page', '/'], /^set either --event or --page$/],
    [['add', 'x', '--event', 'signup', '--scroll', '90'], /^--scroll requires --page$/],
    [['add', 'x', '--page', '/', '--prop', 'plan=pro'], /^--prop requires --event$/],
    [
      ['add', 'x', '--event', 'signup', '--prop', 'plan=a', '--prop', 'plan=b'],
      /^--prop: "plan" is given twice: separate its values by \|$/,
    ],
    [['add', 'x', '--event', 'signup', '--prop', 'plan'], /^--prop: "plan" is not a property such as/],
  ] as const) {
    it(`rejects without opening the folder: ${args.join(' ')}`, async (t) => {
      const data = join(temporaryFolder(t), 'data');
      const flags = ['--data-dir', data, '--site', 'a.example', ...args];
      const { values, positionals } = readSettings(GOAL_SETTINGS, flags, {});
      const streams = { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() };
      const interruption = () => AbortSignal.abort();
      await assert.rejects(async () => goals.run(values, positionals, { ...streams, interruption }), {
        code: 'bad_usage',
        message,
      });
      assert.ok(!existsSync(data));
    });
  }
});
