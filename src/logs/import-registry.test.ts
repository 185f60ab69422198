import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ImportedChunk } from '../trackers/imported-chunk.ts';
import { ImportRegistries, ImportRegistry } from './import-registry.ts';

const known = (parent: string, digest: string, size: number): ImportedChunk => ({
  parent,
  digest,
  size,
  lines: 2,
  line_breaks: 3,
});

describe('an import registry', () => {
  it('has the stored chunks, shortest first', async () => {
    const ledger = new ImportRegistry([
      known('root', 'long', 20),
      known('root', 'short', 10),
      known('long', 'x', 5),
    ]);
    assert.deepEqual(
      ledger.after('root').map(({ digest }) => digest),
      ['short', 'long'],
    );
    assert.deepEqual(await ledger.after('long')[0]?.counts, { lines: 2, lineBreaks: 3 });
    assert.deepEqual(ledger.after('elsewhere'), []);
  });

  it('has a claimed chunk at once, and its counts when it is settled', async () => {
    const ledger = new ImportRegistry();
    const { version } = ledger;
    const claim = ledger.claim('root', 'a', 10);
    assert.notEqual(ledger.version, version);
    const [piece] = ledger.after('root');
    assert.deepEqual([piece?.digest, piece?.size], ['a', 10]);
    claim.complete({ lines: 1, lineBreaks: 1 });
    assert.deepEqual(await piece?.counts, { lines: 1, lineBreaks: 1 });
  });

  it('drops a withdrawn claim, and gives its waiters the reason', async () => {
    const ledger = new ImportRegistry();
    const claim = ledger.claim('root', 'a', 10);
    const { version } = ledger;
    const [piece] = ledger.after('root');
    claim.withdraw(new Error('the disk is full'));
    await assert.rejects(async () => piece?.counts, /the disk is full/);
    assert.deepEqual(ledger.after('root'), []);
    assert.notEqual(ledger.version, version);
  });
});

describe('import registries', () => {
  it('are shared while open, and reloaded afterwards', async () => {
    const loads: string[] = [];
    const ledgers = new ImportRegistries(async (root) => {
      loads.push(root);
      return [];
    });
    const [one, two, other] = await Promise.all([ledgers.open('a'), ledgers.open('a'), ledgers.open('b')]);
    assert.equal(one, two);
    assert.notEqual(one, other);
    ledgers.close('a');
    assert.equal(await ledgers.open('a'), one);
    ledgers.close('a');
    ledgers.close('a');
    assert.notEqual(await ledgers.open('a'), one);
    assert.deepEqual(loads, ['a', 'b', 'a']);
  });

  it('are reloaded after a failed load', async () => {
    let fails = true;
    const ledgers = new ImportRegistries(async () => {
      if (fails) throw new Error('no store');
      return [];
    });
    await assert.rejects(ledgers.open('a'), /no store/);
    ledgers.close('a');
    fails = false;
    assert.ok(await ledgers.open('a'));
  });
});
