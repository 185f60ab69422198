import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hex64, KeyedHash } from './hash.ts';

/**
 * The published vectors of SipHash-2-4 (Aumasson and Bernstein's reference code, `vectors_sip64`): the key is the
 * bytes 0 to 15, the n-th text the bytes 0 to n − 1. All are below 128, so the text has them as UTF-8.
 */
const VECTORS = `
  726fdb47dd0e0e31 74f839c593dc67fd 0d6c8009d9a94f5a 85676696d7fb7e2d cf2794e0277187b7 18765564cd99a68d
  cbc9466e58fee3ce ab0200f58b01d137 93f5f5799a932462 9e0082df0ba9e4b0 7a5dbbc594ddb9f3 f4b32f46226bada7
  751e8fbc860ee5fb 14ea5627c0843d90 f723ca908e7af2ee a129ca6149be45e5 3f2acc7f57c29bdb 699ae9f52cbe4794
  4bc1b3f0968dd39c bb6dc91da77961bd bed65cf21aa2ee98 d0f2cbb02e3b67c7 93536795e3a33e88 a80c038ccd5ccec8
  b8ad50c6f649af94 bce192de8a85b8ea 17d835b85bbb15f3 2f2e6163076bcfad de4daaaca71dc9a5 a6a2506687956571
  ad87a3535c49ef28 32d892fad841c342 7127512f72f27cce a7f32346f95978e3 12e0b01abb051238 15e034d40fa197ae
  314dffbe0815a3b4 027990f029623981 cadcd4e59ef40c4d 9abfd8766a33735c 0e3ea96b5304a7d0 ad0c42d6fc585992
  187306c89bc215a9 d4a60abcf3792b95 f935451de4f21df2 a9538f0419755787 db9acddff56ca510 d06c98cd5c0975eb
  e612a3cb9ecba951 c766e62cfcadaf96 ee64435a9752fe72 a192d576b245165a 0a8787bf8ecb74b2 81b3e73d20b49b6f
  7fa8220ba3b2ecea 245731c13ca42499 b78dbfaf3a8d83bd ea1ad565322a1a0b 60e61c23a3795013 6606d7e446282b93
  6ca4ecb15c5f91e1 9f626da15c9625f3 e51b38608ef25f57 958a324ceb064572
`
  .trim()
  .split(/\s+/);

const bytesFrom = (first: number, count: number) => Uint8Array.from({ length: count }, (_, i) => first + i);

describe('the keyed hash', () => {
  test('agrees with all published SipHash-2-4 vectors', () => {
    const hash = new KeyedHash(bytesFrom(0, 16));
    assert.equal(VECTORS.length, 64);
    for (const [length, expected] of VECTORS.entries()) {
      const { high, low } = hash.digest(String.fromCharCode(...bytesFrom(0, length)));
      assert.equal(hex64(high, low), expected, `${length} bytes`);
    }
  });

  test('returns unsigned halves', () => {
    const hash = new KeyedHash(bytesFrom(0, 16));
    for (let i = 0; i < 100; i++) {
      const { high, low } = hash.digest(`visitor ${i}`);
      for (const half of [high, low]) assert.ok(Number.isInteger(half) && half >= 0 && half < 2 ** 32);
    }
  });

  test('hashes the UTF-8 of a text: non-ASCII texts of equal length differ', () => {
    const hash = new KeyedHash(bytesFrom(0, 16));
    const digests = ['ä', 'ö', '漢', '字', '😀', '😁'].map((text) => {
      const { high, low } = hash.digest(text);
      return hex64(high, low);
    });
    assert.equal(new Set(digests).size, digests.length);
  });

  test('gives another hash under another key', () => {
    const one = new KeyedHash(bytesFrom(0, 16)).digest('ann');
    const other = new KeyedHash(bytesFrom(1, 16)).digest('ann');
    assert.notEqual(hex64(one.high, one.low), hex64(other.high, other.low));
  });

  test('takes text of any length, and distinguishes texts by their first 64 KiB', () => {
    const hash = new KeyedHash(bytesFrom(0, 16));
    const digestOf = (text: string) => {
      const { high, low } = hash.digest(text);
      return hex64(high, low);
    };
    const long = 'a'.repeat(64 * 1024);
    assert.equal(digestOf(`${long}b`), digestOf(`${long}c`));
    assert.notEqual(digestOf(`${long.slice(1)}b`), digestOf(`${long.slice(1)}c`));
    // A long text leaves nothing behind for a following short one.
    assert.equal(digestOf(''), VECTORS[0]);
  });

  test('of a visitor covers two lines and the agent’s digest, little-endian', () => {
    const hash = new KeyedHash(bytesFrom(0, 16));
    // Eight bytes below 128, which a text can contain.
    const agent = { high: 0x0d0c0b0a, low: 0x04030201 };
    for (const [site, client] of [
      ['example.com', '203.0.113.7'],
      ['bücher.example', 'ä label'],
      ['', ''],
      ['x'.repeat(300), 'y'.repeat(300)],
    ] as const) {
      const { high, low } = hash.digest(`${site}\n${client}\n\x01\x02\x03\x04\x0a\x0b\x0c\x0d`);
      const expected = hex64(high, low);
      const visitor = hash.digestVisitor(site, client, agent);
      assert.equal(hex64(visitor.high, visitor.low), expected);
    }
  });

  test('refuses a key that is not 16 bytes long', () => {
    for (const length of [0, 15, 17, 32]) {
      assert.throws(() => new KeyedHash(new Uint8Array(length)), { code: 'invalid' });
    }
  });
});

test('a 64-bit value has 16 hexadecimal digits, whatever its zeros', () => {
  assert.equal(hex64(0, 0), '0000000000000000');
  assert.equal(hex64(0xa, 0xffffffff), '0000000affffffff');
});
