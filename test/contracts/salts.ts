/** The contract of every salt source, and the guarantees for nodes that agree over it, against the real service. */

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { SaltAgreement } from '../../src/folder/salt-agreement.ts';
import { Secrets } from '../../src/folder/secrets.ts';
import type { ClosableSaltSource } from '../../src/hit/salt-source.ts';
import type { DailySalts } from '../../src/hit/salts.ts';
import { hitFrom, intakeAt, visitorOf } from '../fixtures/intake.ts';
import { scaledTimeout, until } from '../fixtures/scaled-timeout.ts';
import { Lines } from '../fixtures/shelf.ts';

interface Clock {
  now: number;
}

/** The service over which nodes agree. */
export interface SaltPlace extends AsyncDisposable {
  /** A source for a node. If a node serves the salts, it is number 0, and is created first. */
  source(node: number, salts: DailySalts, clock: Clock): Promise<ClosableSaltSource>;
  /** Makes it unreachable. */
  away(): Promise<void>;
  back(): Promise<void>;
}

/** Far beyond the servers' clocks, so that nothing expires by them. */
const FIRST_DAY = Date.UTC(2098, 10, 24);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** A node with its own folder, and a common clock. */
class Node implements AsyncDisposable {
  readonly salts: DailySalts;
  readonly log = new Lines();
  readonly agreement: SaltAgreement;
  readonly #folder: string;
  readonly #source: ClosableSaltSource;
  readonly #visitorAt: (time: number, address: string) => string;

  private constructor(folder: string, salts: DailySalts, source: ClosableSaltSource, clock: Clock) {
    this.#folder = folder;
    this.salts = salts;
    this.#source = source;
    this.agreement = new SaltAgreement({
      ...{ salts, source, random: randomBytes, now: () => clock.now, startTimeout: 0, log: this.log },
    });
    const intake = intakeAt(clock, { salts, identity: 'cookieless' });
    this.#visitorAt = (time, peer) => visitorOf(hitFrom({ time, peer }, intake));
  }

  static async start(place: SaltPlace, number: number, clock: Clock): Promise<Node> {
    const folder = mkdtempSync(join(tmpdir(), 'hit-tracker-salts-'));
    const { salts } = Secrets.open(folder, () => clock.now);
    const node = new Node(folder, salts, await place.source(number, salts, clock), clock);
    await node.agreement.start();
    await node.agreement.check();
    return node;
  }

  visitor(time: number, address = '8.8.8.8'): string {
    return this.#visitorAt(time, address);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.agreement[Symbol.dispose]();
    await this.#source[Symbol.asyncDispose]?.();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** @param open opens an empty service */
export function saltContract(name: string, open: () => Promise<SaltPlace>): void {
  describe(`${name} as a salt source:`, { timeout: scaledTimeout(60_000) }, () => {
    const clock = { now: FIRST_DAY + 10 * HOUR };
    const nodes: Node[] = [];
    let place: SaltPlace;
    before(async () => {
      place = await open();
    });
    after(async () => {
      for (const node of nodes) await node[Symbol.asyncDispose]();
      await place[Symbol.asyncDispose]();
    });

    /** As every minute: a node that serves its salts may create one in the first round that others find in the second. */
    const checkAll = async () => {
      for (let minute = 0; minute < 2; minute++) {
        await Promise.all(nodes.map(({ agreement }) => agreement.check()));
      }
    };
    const names = (time = clock.now, address?: string) =>
      new Set(nodes.map((node) => node.visitor(time, address)));
    const today = () => new Date(clock.now).toISOString().slice(0, 10);
    const origins = () => nodes.map(({ agreement }) => agreement.health.salts[today()]);

    test('nodes that start together identify visitors alike', async () => {
      nodes.push(await Node.start(place, 0, clock));
      nodes.push(...(await Promise.all([1, 2].map((number) => Node.start(place, number, clock)))));
      assert.equal(names().size, 1);
      assert.deepEqual(origins(), ['shared', 'shared', 'shared']);
      for (const { agreement, log } of nodes) {
        assert.deepEqual(agreement.health.problems, []);
        assert.deepEqual(log.all, []);
      }
    });

    test('they do so on the next day, with another salt', async () => {
      const yesterday = names();
      clock.now = FIRST_DAY + 23.5 * HOUR;
      await checkAll();
      clock.now = FIRST_DAY + DAY;
      const next = names();
      assert.equal(next.size, 1);
      assert.notDeepEqual(next, yesterday);
      assert.deepEqual(origins(), ['shared', 'shared', 'shared']);
    });

    test('a node that starts late identifies visitors like the others, including yesterday’s', async () => {
      clock.now = FIRST_DAY + 1.5 * DAY;
      nodes.push(await Node.start(place, 3, clock));
      assert.equal(names().size, 1);
      assert.equal(names(clock.now - DAY).size, 1);
      assert.deepEqual(nodes[3]!.agreement.health.salts[today()], 'shared');
    });

    test('a day without a proposed salt has none, and a request does not create one', async () => {
      const source = await place.source(9, nodes[0]!.salts, clock);
      assert.equal(await source.agree('2098-12-30'), undefined);
      assert.equal(await source.agree('2098-12-30'), undefined);
      await source[Symbol.asyncDispose]?.();
    });

    test('if it is unavailable at midnight, each node uses its own salt, keeps it, and reports it', async () => {
      await place.away();
      clock.now = FIRST_DAY + 2 * DAY - HOUR / 2;
      await checkAll();
      clock.now = FIRST_DAY + 2 * DAY + 1;
      const own = names(clock.now, '8.8.4.4');
      assert.equal(own.size, nodes.length);
      await checkAll();
      await checkAll();
      for (const { agreement, log } of nodes) {
        const { salts, problems } = agreement.health;
        assert.equal(salts[today()], 'own');
        assert.match(problems.join('\n'), /salt of 2098-11-26 is its own.*\n.*cannot be reached for salts: /);
        assert.equal(log.all.filter((line) => line.includes('is its own')).length, 1, log.all.join('\n'));
        assert.equal(log.all.filter((line) => line.includes('is unavailable')).length, 1);
      }
      await place.back();
      clock.now += HOUR;
      // A client may need a moment to reconnect.
      await until('the source that answers again', async () => {
        await checkAll();
        return nodes.every(({ log }) => /answers again/.test(log.all.join()));
      });
      assert.deepEqual(names(clock.now, '8.8.4.4'), own, 'no salt is switched in the midst of a day');
      const apart = nodes.filter(({ agreement }) => agreement.health.salts[today()] === 'own');
      assert.equal(apart.length, nodes.length - 1, 'the salt of one is now that of all who start');
      for (const { agreement } of apart) assert.equal(agreement.health.problems.length, 1);
    });

    test('on the following day they identify visitors alike again', async () => {
      clock.now = FIRST_DAY + 3 * DAY - HOUR / 2;
      await checkAll();
      clock.now = FIRST_DAY + 3 * DAY + HOUR;
      assert.equal(names(clock.now, '8.8.1.1').size, 1);
      await checkAll();
      for (const { agreement } of nodes) {
        assert.deepEqual(agreement.health, {
          salts: { '2098-11-26': agreement.health.salts['2098-11-26'], '2098-11-27': 'shared' },
          problems: [],
        });
      }
    });
  });
}
