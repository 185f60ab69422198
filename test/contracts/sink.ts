/** The contract of every sink of the spool, against the real engine. */
import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { HitError } from '../../src/errors.ts';
import type { Hit } from '../../src/hit/hit.ts';
import { ROW_STRUCTURES } from '../../src/rows/row-layout.ts';
import type { Segment } from '../../src/spool/segment.ts';
import type { Sink } from '../../src/spool/sink.ts';
import { hitOf } from '../fixtures/hit.ts';
import { scaledTimeout } from '../fixtures/scaled-timeout.ts';
import { segmentOf } from '../fixtures/segments.ts';
import { segmentOfLayout } from '../fixtures/segments-of-layouts.ts';

export type ClosableSink = Sink & AsyncDisposable;

/** The hits of a site, as readers get them, in any order. */
export type ReceivedHit = Pick<
  Hit,
  'site' | 'time' | 'visitorHigh' | 'visitorLow' | 'path' | 'status' | 'props'
>;

/** The destination of hits: a database, or a broker with its readers. */
export interface SinkPlace extends AsyncDisposable {
  /** The sink of a newly started program. The previous one was closed, or its process died. */
  start(): Promise<ClosableSink>;
  received(site: string): Promise<readonly ReceivedHit[]>;
  /** Makes deliveries fail from now on. */
  away(): Promise<void>;
  back(): Promise<void>;
  /** Ways to interrupt the next delivery. Each ends with `mend`. */
  readonly cuts: readonly Cut[];
}

export interface Cut {
  readonly name: string;
  make(): Promise<void>;
  mend(): Promise<void>;
}

/** Maximum duration of a delivery, in milliseconds. */
const TIMEOUT_MS = scaledTimeout(24_000);
const MONTH = 31 * 86_400_000;
const START = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const RUN_BITS = 22n;
const NEWEST_LAYOUT = Math.max(...Object.keys(ROW_STRUCTURES).map(Number));

/**
 * @param open opens a destination without hits
 * @param options `skip`: why the engine is missing
 */
export function sinkContract(
  name: string,
  open: (folder: string) => Promise<SinkPlace>,
  { skip = false }: { readonly skip?: string | false } = {},
): void {
  describe(`${name}, as a sink,`, { skip, timeout: scaledTimeout(720_000) }, () => {
    const folder = mkdtempSync(join(tmpdir(), 'hit-tracker-sink-'));
    let place: SinkPlace;
    let sink: ClosableSink;
    let sites = 0;
    let sequence = Date.UTC(2026, 10, 29);
    before(async () => {
      place = await open(folder);
      sink = await place.start();
    });
    after(async () => {
      await sink?.[Symbol.asyncDispose]();
      await place?.[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    });

    const newSite = () => `${++sites}.sink.example`;
    /** Ids ascend, by writer. */
    const nextId = (writer = 7n) => (BigInt(++sequence) << RUN_BITS) | writer;
    const segment = (hits: readonly Partial<Hit>[], writer?: bigint) =>
      segmentOf(folder, nextId(writer), hits);
    /** As after a restart. The previous one is not closed if its process died. */
    const restart = async ({ dies = false } = {}) => {
      if (!dies) await sink[Symbol.asyncDispose]();
      sink = await place.start();
    };
    const assertReceived = async (site: string, hits: readonly Partial<Hit>[]) => {
      assert.deepEqual(sorted(await place.received(site)), sorted(hits.map(hitOf)));
    };

    test('delivers each hit of a segment unchanged', async () => {
      const site = newSite();
      const texts = ["it's", 'back\\slash', 'ünï 👋 日本語', '{x:String} {{local:hits}}', '%09 "quoted"', ''];
      const hits = texts.map((text, i) => ({
        ...{ site, path: `/${text}`, time: START + i * MONTH, status: i * 100 },
        ...{ visitorHigh: 2 ** 32 - 1 - i, visitorLow: i, props: text && JSON.stringify({ text }) },
      }));
      await sink.deliver(segment(hits));
      await assertReceived(site, hits);
    });

    test('delivers a repeated segment once: immediately, later, or after a restart', async () => {
      const site = newSite();
      const [first, second] = [hitsOf(site, 3), hitsOf(site, 5)];
      const [one, two] = [segment(first), segment(second)];
      await sink.deliver(one);
      await sink.deliver(one);
      await sink.deliver(two);
      await assertReceived(site, [...first, ...second]);
      await restart();
      // A process that died before it recorded anything delivers everything again, in the same order.
      await sink.deliver(one);
      await sink.deliver(two);
      await restart({ dies: true });
      await sink.deliver(two);
      await assertReceived(site, [...first, ...second]);
    });

    test('treats two segments with the same hits as two, even from two writers', async () => {
      const site = newSite();
      const hits = hitsOf(site, 4);
      const segments = [segment(hits), segment(hits, 8n), segment(hits), segment(hits, 8n)];
      for (const each of segments) await sink.deliver(each);
      for (const each of segments) await sink.deliver(each);
      await assertReceived(site, [...hits, ...hits, ...hits, ...hits]);
    });

    test('delivers nothing for an empty segment, and continues', async () => {
      const site = newSite();
      const empty = segment([]);
      truncateSync(empty.path);
      for (let times = 0; times < 2; times++) await sink.deliver({ ...empty, bytes: 0 });
      const hits = hitsOf(site, 2);
      await sink.deliver(segment(hits));
      await assertReceived(site, hits);
    });

    for (const layout of Object.keys(ROW_STRUCTURES).map(Number)) {
      test(`delivers the hits of a segment of layout ${layout}, which an older version may have left`, async () => {
        const site = newSite();
        const hits = hitsOf(site, 5);
        await sink.deliver(segmentOfLayout(folder, nextId(), hits, layout));
        await assertReceived(site, hits);
      });
    }

    test('delivers more hits than fit into a request', async () => {
      const site = newSite();
      const hits = longHits(site);
      await sink.deliver(segment(hits));
      await assertReceived(site, hits);
    });

    describe('does not accept a segment', () => {
      const refuse = async (poison: Segment, code?: string) =>
        assert.rejects(sink.deliver(poison), (error: unknown) => {
          assert.ok(error instanceof HitError, String(error));
          if (code !== undefined) assert.equal(error.code, code);
          return true;
        });
      /** After any fault, the segment and those after it are delivered once the fault is over. */
      const goesOn = async (site: string, whole: Segment, hits: readonly Partial<Hit>[]) => {
        await assertReceived(site, []);
        await sink.deliver(whole);
        const more = hitsOf(site, 2);
        await sink.deliver(segment(more));
        await assertReceived(site, [...hits, ...more]);
      };

      test('of an unknown layout', async () => {
        const site = newSite();
        const hits = hitsOf(site, 3);
        const whole = segment(hits);
        await refuse({ ...whole, layout: NEWEST_LAYOUT + 1 }, 'data_dir_newer');
        await goesOn(site, whole, hits);
      });

      test('whose file is missing', async () => {
        const site = newSite();
        const hits = hitsOf(site, 3);
        const whole = segment(hits);
        await refuse({ ...whole, path: join(folder, 'gone.rows') });
        await goesOn(site, whole, hits);
      });

      test('whose file ends within a row', async () => {
        const site = newSite();
        const hits = hitsOf(site, 3);
        const whole = segment(hits);
        const path = join(folder, 'torn.rows');
        copyFileSync(whole.path, path);
        truncateSync(path, whole.bytes - 60);
        await refuse({ ...whole, path });
        await goesOn(site, whole, hits);
      });

      test('whose file ends between two groups', async () => {
        const site = newSite();
        const [first, hits] = [hitsOf(site, 3), hitsOf(site, 5)];
        const [one, two] = [segment(first), segment(hits.slice(3))];
        const whole = {
          ...segment(hits),
          bytes: one.bytes + two.bytes,
        };
        writeFileSync(whole.path, Buffer.concat([readFileSync(one.path), readFileSync(two.path)]));
        const path = join(folder, 'cut.rows');
        copyFileSync(one.path, path);
        await refuse({ ...whole, path });
        await goesOn(site, whole, hits);
      });

      test('while its service is unavailable; it reports that, and loses nothing', async () => {
        const site = newSite();
        const hits = hitsOf(site, 4);
        const whole = segment(hits);
        await place.away();
        await refuse(whole);
        await refuse(whole);
        await place.back();
        await delivered(() => sink, whole);
        await assertReceived(site, hits);
      });
    });

    test('delivers an interrupted segment once, however it was interrupted', async () => {
      const site = newSite();
      const all: Partial<Hit>[] = [];
      for (const { name, make, mend } of place.cuts) {
        const hits = longHits(site, 600).map((hit) => ({ ...hit, path: `${name} ${hit.path}` }));
        const whole = segment(hits);
        await make();
        await sink.deliver(whole).catch(() => undefined);
        await mend();
        await restart({ dies: true });
        await delivered(() => sink, whole);
        all.push(...hits);
        await assertReceived(site, all);
      }
    });

    test('ends the delivery when it is closed, and delivers the segment once after a restart', async () => {
      const site = newSite();
      const all: Partial<Hit>[] = [];
      for (const wait of [0, 1, 5, 20, 100]) {
        const hits = longHits(site, 600).map((hit) => ({ ...hit, path: `${wait} ${hit.path}` }));
        const whole = segment(hits);
        const delivery = sink.deliver(whole).then(
          () => true,
          () => false,
        );
        await new Promise((resolve) => setTimeout(resolve, wait));
        await sink[Symbol.asyncDispose]();
        await delivery;
        sink = await place.start();
        await delivered(() => sink, whole);
        all.push(...hits);
        await assertReceived(site, all);
      }
    });
  });
}

/** Delivers as the spool does: until it succeeds. */
async function delivered(sink: () => Sink, segment: Segment): Promise<void> {
  const end = Date.now() + TIMEOUT_MS;
  for (;;) {
    try {
      return await sink().deliver(segment);
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

/** Hits of different visitors, over two months. */
function hitsOf(site: string, count: number): Partial<Hit>[] {
  return Array.from({ length: count }, (_, i) => ({
    ...{ site, path: `/${i}`, time: START + (i % 2) * MONTH + i, visitorHigh: i, visitorLow: i * 7919 },
  }));
}

/** Hits with long strings, over six months: more than a megabyte. */
function longHits(site: string, length = 1500): Partial<Hit>[] {
  const props = JSON.stringify({ text: 'x'.repeat(2000) });
  return Array.from({ length }, (_, i) => ({
    ...{
      site,
      path: `/${i}`,
      time: START + (i % 6) * MONTH + i,
      visitorHigh: i,
      visitorLow: i * 7919,
      props,
    },
  }));
}

function sorted(hits: readonly ReceivedHit[]): string[] {
  return hits
    .map(({ site, time, visitorHigh, visitorLow, path, status, props }) =>
      JSON.stringify({ site, time, visitorHigh, visitorLow, path, status, props }),
    )
    .sort();
}
