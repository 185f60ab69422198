import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ImportedChunk } from '../trackers/imported-chunks.ts';
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
    const registry = new ImportRegistry([
      known('root', 'long', 20),
      known('root', 'short', 10),
      known('long', 'x', 5),
    ]);
    assert.deepEqual(
      registry.after('root').map(({ digest }) => digest),
      ['short', 'long'],
    );
    assert.deepEqual(await registry.after('long')[0]?.counts, { lines: 2, lineBreaks: 3 });
    assert.deepEqual(registry.after('elsewhere'), []);
  });

  it('has a claimed chunk at once, and its counts when it is settled', async () => {
    const registry = new ImportRegistry();
    const { version } = registry;
    const claim = registry.claim('root', 'a', 10);
    assert.notEqual(registry.version, version);
    const [chunk] = registry.after('root');
    assert.deepEqual([chunk?.digest, chunk?.size], ['a', 10]);
    claim.complete({ lines: 1, lineBreaks: 1 });
    assert.deepEqual(await chunk?.counts, { lines: 1, lineBreaks: 1 });
  });

  it('drops a withdrawn claim, and gives its waiters the reason', async () => {
    const registry = new ImportRegistry();
    const claim = registry.claim('root', 'a', 10);
    const { version } = registry;
    const [chunk] = registry.after('root');
    claim.withdraw(new Error('the disk is full'));
    await assert.rejects(async () => chunk?.counts, /the disk is full/);
    assert.deepEqual(registry.after('root'), []);
    assert.notEqual(registry.version, version);
  });
});

describe('import registries', () => {
  it('are shared while open, and reloaded afterwards', async () => {
    const loads: string[] = [];
    const registries = new ImportRegistries(async (root) => {
      loads.push(root);
      return [];
    });
    const [one, two, other] = await Promise.all([
      registries.open('a'),
      registries.open('a'),
      registries.open('b'),
    ]);
    assert.equal(one, two);
    assert.notEqual(one, other);
    registries.close('a');
    assert.equal(await registries.open('a'), one);
    registries.close('a');
    registries.close('a');
    assert.notEqual(await registries.open('a'), one);
    assert.deepEqual(loads, ['a', 'b', 'a']);
  });

  it('are reloaded after a failed load', async () => {
    let fails = true;
    const registries = new ImportRegistries(async () => {
      if (fails) throw new Error('no store');
      return [];
    });
    await assert.rejects(registries.open('a'), /no store/);
    registries.close('a');
    fails = false;
    assert.ok(await registries.open('a'));
  });
});
