import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { StoredSites } from './stored-sites.ts';
import { Windows } from './windows.ts';

const NOW = Date.UTC(2026, 10, 24, 12);

/** Sites with three stored hits each, and the sites that were queried. */
function open(faults = 0) {
  const asked: string[] = [];
  const windows = new Map<string, Windows>();
  const stored = new StoredSites(
    ['a.com', 'b.com'],
    async (site) => {
      asked.push(site);
      await new Promise(setImmediate);
      if (asked.length <= faults) throw new Error('the store is away');
      return (history) => history.addHits(NOW, 3);
    },
    (site, restore) => {
      const added = windows.get(site) ?? new Windows();
      windows.set(site, added);
      restore(added);
    },
  );
  return { stored, asked, hits: (site: string) => windows.get(site)?.read(60, NOW).hits };
}

describe('stored sites', () => {
  test('are queried once, however many callers need them at once', async () => {
    const { stored, asked, hits } = open();
    await Promise.all([stored.load('a.com'), stored.load('a.com'), stored.load('b.com')]);
    await stored.load('a.com');
    assert.deepEqual(asked, ['a.com', 'b.com']);
    assert.deepEqual([hits('a.com'), hits('b.com')], [3, 3]);
  });

  test('are available to each caller that waited for them', async () => {
    const { stored, hits } = open();
    const first = stored.load('a.com').then(() => hits('a.com'));
    const second = stored.load('a.com').then(() => hits('a.com'));
    assert.deepEqual(await Promise.all([first, second]), [3, 3]);
  });

  test('are queried again if the store failed', async () => {
    const { stored, asked, hits } = open(1);
    await assert.rejects(stored.load('a.com'), /the store is away/);
    await stored.load('a.com');
    assert.deepEqual(asked, ['a.com', 'a.com']);
    assert.equal(hits('a.com'), 3);
  });

  test('are the only ones that are queried', async () => {
    const { stored, asked } = open();
    await stored.load('c.com');
    assert.deepEqual(asked, []);
  });
});
