import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Lines } from '../../test/fixtures/shelf.ts';
import type { SaltSource } from '../hit/salt-source.ts';
import { DailySalts, type SaltTable } from '../hit/salts.ts';
import { SaltAgreement } from './salt-agreement.ts';

const MIDNIGHT = Date.UTC(2026, 10, 25);
const HOUR = 3_600_000;
const salt = (number: number) => new Uint8Array(16).fill(number);

/** A source in this process, which fails on request. */
class Source implements SaltSource {
  readonly name = 'the source';
  readonly agreed = new Map<string, Uint8Array>();
  readonly forgotten: string[] = [];
  fault: string | undefined;

  async agree(day: string, candidate?: Uint8Array): Promise<Uint8Array | undefined> {
    if (this.fault) throw new Error(this.fault);
    if (candidate && !this.agreed.has(day)) this.agreed.set(day, candidate);
    return this.agreed.get(day);
  }

  async forget(before: string): Promise<void> {
    this.forgotten.push(before);
  }
}

function setting(source?: SaltSource, kept: SaltTable = {}) {
  const clock = { now: MIDNIGHT - 12 * HOUR };
  let made = 0;
  const random = (bytes: number) => new Uint8Array(bytes).fill(++made);
  const now = () => clock.now;
  const salts = new DailySalts({ salts: kept, random, now });
  const log = new Lines();
  const agreement = new SaltAgreement({ salts, source, random, now, log, startTimeout: 0 });
  return { clock, salts, log, agreement };
}

describe('an agreement on salts', () => {
  test('without other nodes creates tomorrow’s salt in the last hour, for nodes that request it from here', async () => {
    const { clock, salts, agreement } = setting();
    using _ = agreement;
    await agreement.start();
    assert.deepEqual(Object.keys(salts.kept), ['2026-11-24']);
    clock.now = MIDNIGHT - HOUR - 1;
    await agreement.check();
    assert.deepEqual(Object.keys(salts.kept), ['2026-11-24']);
    clock.now = MIDNIGHT - HOUR;
    await agreement.check();
    assert.deepEqual(salts.kept, { '2026-11-24': salt(1), '2026-11-25': salt(2) });
    assert.deepEqual(agreement.health, { salts: { '2026-11-24': 'own', '2026-11-25': 'own' }, problems: [] });
  });

  test('adopts the salt that a node already has, so an upgrade does not change the day’s visitors', async () => {
    const source = new Source();
    const { agreement } = setting(source, { '2026-11-24': salt(7) });
    using _ = agreement;
    await agreement.start();
    await agreement.check();
    assert.deepEqual(source.agreed.get('2026-11-24'), salt(7));
    assert.deepEqual(agreement.health.salts, { '2026-11-24': 'shared' });
  });

  test('follows the shared salt until the day begins, and not after that', async () => {
    const source = new Source();
    const { clock, salts, agreement } = setting(source);
    using _ = agreement;
    await agreement.start();
    clock.now = MIDNIGHT - 60_000;
    await agreement.check();
    source.agreed.set('2026-11-25', salt(8));
    await agreement.check();
    clock.now = MIDNIGHT;
    assert.deepEqual(salts.table['2026-11-25'], salt(8));
    source.agreed.set('2026-11-25', salt(9));
    await agreement.check();
    assert.deepEqual(salts.table['2026-11-25'], salt(8));
    assert.equal(agreement.health.salts['2026-11-25'], 'own');
    assert.match(agreement.health.problems.join(), /salt of 2026-11-25 is its own/);
  });

  test('that is reached only after midnight still applies if no visitor came before', async () => {
    const source = new Source();
    const { clock, salts, agreement } = setting(source);
    using _ = agreement;
    await agreement.start();
    source.fault = 'away';
    clock.now = MIDNIGHT - 60_000;
    await agreement.check();
    clock.now = MIDNIGHT + 30_000;
    assert.deepEqual(agreement.health.problems, ['the source cannot be reached for salts: away']);
    source.fault = undefined;
    source.agreed.set('2026-11-25', salt(8));
    await agreement.check();
    assert.deepEqual(salts.table['2026-11-25'], salt(8));
    assert.equal(agreement.health.salts['2026-11-25'], 'shared');
    assert.deepEqual(agreement.health.problems, []);
  });

  test('reports half an hour before midnight that the source has no salt for tomorrow', async () => {
    const source = new Source();
    const { clock, agreement } = setting(source);
    using _ = agreement;
    await agreement.start();
    source.agree = async (day) => source.agreed.get(day);
    for (const [minutes, problems] of [
      [31, []],
      [30, ['the source has no salt for 2026-11-25 yet']],
    ] as const) {
      clock.now = MIDNIGHT - minutes * 60_000;
      await agreement.check();
      assert.deepEqual(agreement.health.problems, problems);
    }
    source.agreed.set('2026-11-25', salt(8));
    await agreement.check();
    assert.deepEqual(agreement.health.problems, []);
  });

  test('lets a node with today’s salt start, whether the source answers or hangs', async () => {
    const source = new Source();
    source.agree = () => new Promise(() => undefined);
    const { salts, agreement } = setting(source, { '2026-11-24': salt(7) });
    using _ = agreement;
    await agreement.start();
    assert.deepEqual(salts.kept, { '2026-11-24': salt(7) });
  });

  test('changes nothing when an answer arrives after it was closed', async () => {
    const source = new Source();
    const { salts, agreement } = setting(source, { '2026-11-24': salt(7) });
    const answer = Promise.withResolvers<Uint8Array>();
    source.agree = () => answer.promise;
    const check = agreement.check();
    agreement[Symbol.dispose]();
    answer.resolve(salt(7));
    await check;
    assert.equal(salts.isShared('2026-11-24'), false);
  });

  test('makes the source destroy salts older than yesterday’s', async () => {
    const source = new Source();
    const { agreement } = setting(source);
    await agreement.check();
    assert.deepEqual(source.forgotten, ['2026-11-23']);
  });
});
