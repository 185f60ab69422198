import assert from 'node:assert/strict';
import { existsSync, readdirSync, readlinkSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { countedHit } from '../../test/contracts/live.ts';
import { rounds } from '../../test/fixtures/rounds.ts';
import { temporaryFolder } from '../../test/fixtures/temporary.ts';
import { SiteWindowsCache } from './site-windows-cache.ts';
import { Windows } from './windows.ts';

const NOW = Date.UTC(2026, 10, 24, 12, 34, 56, 789);
const LENGTHS = [1, 60, 3600, 86_400, 30 * 86_400];

function open(t: TestContext, maxBytes: number, faults: string[] = []): SiteWindowsCache {
  const onFault = (message: string) => faults.push(message);
  const sites = new SiteWindowsCache({ maxBytes, folder: temporaryFolder(t), onFault });
  t.after(() => sites[Symbol.dispose]());
  return sites;
}

function visit(sites: SiteWindowsCache, site: string, visitor: number, time = NOW): void {
  const { visitorHigh, visitorLow } = countedHit(site, visitor, time);
  sites.add(site, visitorHigh, visitorLow, time, NOW);
}

describe('many sites in bounded memory', () => {
  test('answer as if none had ever been evicted', (t) => {
    const step = fc.record({
      site: fc.nat(30),
      kind: fc.constantFrom('visit', 'visit', 'crowd', 'read', 'restore'),
      visitor: fc.nat(10_000),
      age: fc.integer({ min: 0, max: 40 * 86_400_000 }),
    });
    let evictions = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 100, maxLength: 400 }), (steps) => {
        using sites = open(t, 20_000);
        const wanted = new Map<string, Windows>();
        const check = (site: string) => {
          const full = sites.find(site)?.full();
          assert.deepEqual(full?.seen.cells, wanted.get(site)?.seen.cells);
          for (const seconds of LENGTHS) {
            assert.deepEqual(full?.read(seconds, NOW), wanted.get(site)?.read(seconds, NOW));
          }
        };
        for (const { kind, visitor, age, ...step } of steps) {
          const site = `${step.site}.example`;
          if (kind === 'read') check(site);
          else if (!wanted.has(site)) wanted.set(site, new Windows());
          const windows = wanted.get(site)!;
          if (kind === 'restore') {
            sites.restore(site, (history) => history.addHits(NOW - age, 5));
            windows.addHits(NOW - age, 5);
          }
          for (let i = 0; i < { visit: 1, crowd: 200, read: 0, restore: 0 }[kind]; i++) {
            const { visitorHigh, visitorLow } = countedHit(site, visitor + i, NOW);
            visit(sites, site, visitor + i, NOW - age);
            windows.add(visitorHigh, visitorLow, NOW - age, NOW);
          }
        }
        for (const site of wanted.keys()) check(site);
        evictions += sites.memory.evictions;
      }),
      { seed: 12, numRuns: rounds(100, 4, 15) },
    );
    assert.ok(evictions > 100, `${evictions}`);
  });

  test('stay below the bound: ten thousand sites, most of them tiny', (t) => {
    const maxBytes = 8 * 2 ** 20;
    const sites = open(t, maxBytes);
    for (let round = 0; round < 3; round++) {
      for (let site = 0; site < 10_000; site++) {
        // One in a hundred has hundreds of visitors.
        const visitors = site % 100 === 0 ? 300 : 2;
        for (let visitor = 0; visitor < visitors; visitor++) visit(sites, `${site}.example`, visitor);
        assert.ok(sites.memory.bytes <= maxBytes);
      }
    }
    const { sites: inMemory, evicted, evictions, loads } = sites.memory;
    assert.equal(inMemory + evicted, 10_000);
    assert.equal(evictions - loads, evicted);
    assert.ok(loads > 0);
    for (let site = 0; site < 10_000; site += 250) {
      const { hits, visitors } = sites.find(`${site}.example`)!.full().read(60, NOW);
      const wanted = site % 100 === 0 ? 300 : 2;
      assert.equal(hits, 3 * wanted);
      assert.ok(Math.abs(visitors - wanted) <= wanted * 0.03);
    }
  });

  test('are evicted in order of their last use', (t) => {
    const sites = open(t, 80_000);
    for (let site = 0; site < 30; site++) visit(sites, `${site}.example`, 1);
    sites.find('0.example');
    for (let site = 30; sites.memory.evictions === 0; site++) visit(sites, `${site}.example`, 1);
    sites.find('0.example');
    assert.equal(sites.memory.loads, 0, 'who was read stayed');
    sites.find('1.example');
    assert.equal(sites.memory.loads, 1, 'who was not, left');
  });

  test('include a single site that is larger than the bound', (t) => {
    const sites = open(t, 20_000);
    for (let site = 0; site < 5; site++) visit(sites, `${site}.example`, 1);
    for (let visitor = 0; visitor < 20_000; visitor++) visit(sites, 'large.example', visitor);
    assert.equal(sites.memory.sites, 1);
    assert.equal(sites.find('large.example')!.full().read(60, NOW).hits, 20_000);
    assert.equal(sites.find('4.example')!.full().read(60, NOW).hits, 1);
  });

  test('stay in memory, and are counted, if the swap file cannot be written', (t) => {
    const faults: string[] = [];
    const folder = join(temporaryFolder(t), 'missing');
    using sites = new SiteWindowsCache({
      maxBytes: 20_000,
      folder,
      onFault: (message) => faults.push(message),
    });
    for (let site = 0; site < 100; site++) visit(sites, `${site}.example`, 1);
    assert.equal(sites.memory.sites, 100);
    assert.ok(sites.memory.bytes > 20_000);
    assert.ok(faults.length > 0 && faults.length < 400, `${faults.length}`);
    assert.match(faults[0]!, /live-pages cannot be written/);
    for (let site = 0; site < 100; site++) {
      assert.equal(sites.find(`${site}.example`)!.full().read(60, NOW).hits, 1);
    }
  });

  test('start over if their page cannot be read, which is logged', {
    skip: process.platform !== 'linux',
  }, (t) => {
    const faults: string[] = [];
    const openPages = () => {
      const links = readdirSync('/proc/self/fd').map((fd) => `/proc/self/fd/${fd}`);
      return links.filter((link) => existsSync(link) && readlinkSync(link).includes('live-pages'));
    };
    const others = new Set(openPages());
    const sites = open(t, 20_000, faults);
    for (let site = 0; site < 100; site++) visit(sites, `${site}.example`, 1);
    const pages = openPages().filter((link) => !others.has(link));
    assert.equal(pages.length, 1);
    truncateSync(pages[0]!);
    visit(sites, '0.example', 2);
    assert.equal(sites.find('0.example')!.full().read(60, NOW).hits, 1);
    assert.match(faults[0]!, /^the windows of 0\.example are started over: .* it was truncated$/);
    for (let site = 0; site < 100; site++) visit(sites, `${site}.example`, 3);
    assert.equal(sites.find('0.example')!.full().read(60, NOW).hits, 2);
  });

  test('are not created by a query for an unknown site', (t) => {
    const sites = open(t, 20_000);
    assert.equal(sites.find('nobody.example'), undefined);
    assert.deepEqual(sites.memory, {
      ...{ bytes: 0, maxBytes: 20_000, sites: 0, evicted: 0, evictions: 0, loads: 0 },
    });
  });
});
