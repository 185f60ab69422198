import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { scaledTimeout } from '../../test/fixtures/scaled-timeout.ts';
import { withoutEmails } from './email.ts';

describe('an e-mail address', () => {
  test('is replaced, wherever it is in a path', () => {
    for (const [path, clean] of [
      ['/ann@example.com', '/[email]'],
      ['/users/ann.lee+shop@mail.example.co.uk/edit', '/users/[email]/edit'],
      ['/reset/ann%40example.com', '/reset/[email]'],
      ['/to/ann%2Bx@example.com;v=1', '/to/[email];v=1'],
      ['/a@example.com,b@example.org/c@example.net', '/[email],[email]/[email]'],
      ['/jürgen@example.de', '/[email]'],
      ['/ANN@EXAMPLE.COM', '/[email]'],
      ['/mailto:ann@example.com.', '/mailto:[email].'],
    ])
      assert.equal(withoutEmails(path!), clean);
  });

  test('is not seen in names, versions and files that have an @', () => {
    for (const path of [
      ...[
        '/',
        '/@ann',
        '/@ann@',
        '/ann@',
        '/npm/react@18.2.0/index.js',
        '/@scope/pkg@1.x',
        '/img/logo@2x.png',
      ],
      ...['/ann@localhost', '/a%4', '/%40', '/@@@', '/a@b.c', '/ann@ex_ample.com'],
    ])
      assert.equal(withoutEmails(path), path);
  });

  test('is never left, whatever is around it', () => {
    const piece = fc.constantFrom('/', 'a', '.', '@', '%40', '-', 'x.com', '漢', ';', '%2B');
    const around = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(around, around, (before, after) => {
        const text = withoutEmails(`${before}/ann@example.com/${after}`);
        assert.ok(!text.includes('ann@example.com'), text);
        assert.equal(withoutEmails(text), text, 'once is enough');
      }),
      { seed: 40, numRuns: 2000 },
    );
  });

  test('is found in linear time', { timeout: scaledTimeout(20_000) }, () => {
    for (const piece of ['a', '@', 'a@', 'a.', 'a@a.', '%40', 'a%40a-', 'a@b.com'])
      withoutEmails(`${piece.repeat(1_000_000)}@`);
  });
});
