import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';

const SCRIPT = `
import { scaledTimeout } from ${JSON.stringify(import.meta.resolve('./fixtures/scaled-timeout.ts'))};
console.log(scaledTimeout(3_600_000), scaledTimeout(1000));`;

/** Limits of an hour and of a second on an idle machine, in milliseconds. */
function limits(ci: string): number[] {
  const args = ['--input-type=module', '--eval', SCRIPT];
  const env = { ...process.env, CI: ci };
  return execFileSync(process.execPath, args, { env, encoding: 'utf8' }).trim().split(' ').map(Number);
}

test('a limit in CI ends before the step of CI does, however busy the machine is', () => {
  const [hour, second] = limits('true');
  assert.ok(hour! < 25 * 60_000, `${hour} ms`);
  assert.ok(second! >= 5000 && second! <= 30_000, `${second} ms`);
});

test('a limit elsewhere is as long as it has to be', () => {
  assert.ok(limits('')[0]! >= 5 * 3_600_000);
});
