import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { StreamShares } from './stream-shares.ts';

/** Streams of named readers, and which of them were ended for others. */
class Streams {
  readonly ended: string[] = [];
  readonly #shares = new StreamShares();
  readonly #release = new Map<string, () => void>();

  /** @param who `admin`, `token-…`, or an address */
  open(who: string, name = who): boolean {
    const holder = who === 'admin' || who.startsWith('token-') ? who : undefined;
    try {
      this.#release.set(
        name,
        this.#shares.add({ holder, network: who }, () => this.ended.push(name)),
      );
      return true;
    } catch (error) {
      assert.equal((error as { code: string }).code, 'overloaded');
      return false;
    }
  }

  close(name: string): void {
    this.#release.get(name)!();
  }

  /** @returns how many were admitted */
  openMany(count: number, who: (at: number) => string): number {
    return Array.from({ length: count }, (_, at) => this.open(who(at), `${who(at)} ${at}`)).filter(Boolean)
      .length;
  }
}

describe('streams', () => {
  test('of one client are bounded, and there is room again when one ends', () => {
    const streams = new Streams();
    assert.equal(
      streams.openMany(100, () => '203.0.113.66'),
      20,
    );
    assert.equal(
      streams.openMany(100, () => 'token-a'),
      20,
    );
    assert.ok(streams.open('203.0.113.1'));
    streams.close('token-a 3');
    assert.ok(streams.open('token-a'));
    assert.ok(!streams.open('token-a'));
    assert.deepEqual(streams.ended, []);
  });

  test('of administrators find room: the oldest one without a token ends', () => {
    const streams = new Streams();
    assert.equal(
      streams.openMany(100, (at) => `203.0.113.${at}`),
      80,
    );
    assert.equal(
      streams.openMany(20, () => 'admin'),
      20,
    );
    assert.deepEqual(streams.ended, []);
    assert.ok(streams.open('admin'));
    assert.ok(streams.open('admin'));
    assert.deepEqual(streams.ended, ['203.0.113.0 0', '203.0.113.1 1']);
    // Those of a token end when there are no others, and those of administrators never.
    assert.equal(
      streams.openMany(200, () => 'admin'),
      78,
    );
    assert.equal(streams.ended.length, 80);
    assert.ok(!streams.open('token-a'));
  });

  test('with a token find room, and end none of administrators and of other tokens', () => {
    const streams = new Streams();
    streams.openMany(80, (at) => `203.0.113.${at}`);
    assert.equal(
      streams.openMany(30, () => 'token-a'),
      20,
    );
    for (const token of ['token-b', 'token-c', 'token-d']) streams.openMany(20, () => token);
    assert.equal(streams.ended.length, 80);
    assert.ok(!streams.open('token-e'));
    assert.ok(streams.open('admin'));
  });

  test('without a token end for a client that has fewer, and otherwise new ones are refused', () => {
    const streams = new Streams();
    streams.openMany(80, (at) => `203.0.113.${at % 4}`);
    assert.ok(streams.open('198.51.100.1'));
    assert.deepEqual(streams.ended, ['203.0.113.0 0']);
    streams.openMany(200, (at) => `198.51.100.${at % 36}`);
    assert.ok(streams.ended.length < 80);
    const before = streams.ended.length;
    assert.equal(streams.openMany(50, (at) => `192.0.2.${at % 4}`) > 0, true);
    assert.ok(streams.ended.length > before);
  });
});
