import assert from 'node:assert/strict';
import { test } from 'node:test';
import { visitsOf } from '../visits/visit.ts';
import { SIGNAL, type VisitHit } from '../visits/visit-hit.ts';
import { generate, type Traffic } from './traffic.ts';
import { LOG_SITE } from './values.ts';

const SEEDS = [1, 2, 3] as const;
const traffics = SEEDS.map((seed) => generate(seed, { hits: 8000 }));

function everywhere(title: string, has: (traffic: Traffic) => boolean): void {
  test(title, () => {
    for (const [at, traffic] of traffics.entries()) assert.ok(has(traffic), `seed ${SEEDS[at]}`);
  });
}

/** Hits of each visitor of a site in order of time. */
function byVisitor({ hits }: Traffic): VisitHit[][] {
  const visitors = new Map<string, VisitHit[]>();
  for (const hit of hits) {
    const visitor = `${hit.site} ${hit.visitorHigh} ${hit.visitorLow}`;
    visitors.set(visitor, [...(visitors.get(visitor) ?? []), hit]);
  }
  return Array.from(visitors.values(), (own) => own.toSorted((a, b) => a.time - b.time));
}

function gaps(traffic: Traffic): Set<number> {
  return new Set(
    byVisitor(traffic).flatMap((own) => own.slice(1).map((hit, at) => hit.time - own[at]!.time)),
  );
}

test('a seed reproduces its traffic', () => {
  assert.deepEqual(generate(1, { hits: 500 }), generate(1, { hits: 500 }));
  assert.notDeepEqual(generate(1, { hits: 500 }).hits, generate(4, { hits: 500 }).hits);
});

test('batches of all nodes cover the hits without gaps', () => {
  for (const { hits, batches } of traffics) {
    let end = 0;
    for (const batch of batches) {
      assert.equal(batch.start, end);
      assert.ok(batch.end > batch.start);
      end = batch.end;
    }
    assert.equal(end, hits.length);
    assert.equal(new Set(batches.map(({ node }) => node)).size, 3);
  }
});

test('hits of a visitor with equal times come from one node', () => {
  for (const { hits, batches } of traffics) {
    const nodes = new Map<string, number>();
    for (const { node, start, end } of batches) {
      for (const { site, visitorHigh, visitorLow, time } of hits.slice(start, end)) {
        const key = `${site} ${visitorHigh} ${visitorLow} ${time}`;
        assert.equal(nodes.get(key) ?? node, node);
        nodes.set(key, node);
      }
    }
  }
});

everywhere('some silences differ from 30 minutes by a millisecond', (traffic) => {
  const found = gaps(traffic);
  return [1_799_999, 1_800_000, 1_800_001].every((gap) => found.has(gap));
});

everywhere('some hits of a visitor on different pages have equal times', (traffic) =>
  byVisitor(traffic).some((own) =>
    own.some((hit, at) => at > 0 && own[at - 1]!.time === hit.time && own[at - 1]!.path !== hit.path),
  ),
);

everywhere('few visitors have many hits, and many visitors have few', (traffic) => {
  const counts = byVisitor(traffic).map((own) => own.length);
  return Math.max(...counts) > 100 && counts.filter((count) => count <= 3).length > counts.length / 4;
});

everywhere('campaigns change within some visits', ({ hits }) =>
  visitsOf(hits).some((visit) =>
    visit.hits.some(({ hit }) => hit.utmCampaign !== '' && hit.utmCampaign !== visit.first.utmCampaign),
  ),
);

everywhere('some hits arrive after later ones of the same visitor', ({ hits }) => {
  const latest = new Map<number, number>();
  return hits.some(({ visitorLow, time }) => {
    const before = latest.get(visitorLow) ?? 0;
    latest.set(visitorLow, Math.max(before, time));
    return time < before;
  });
});

everywhere('some signals belong to no visit', ({ hits }) => {
  const kept = visitsOf(hits).reduce((all, visit) => all + visit.hits.length, 0);
  return kept < hits.length && hits.some(({ name, scroll }) => name === SIGNAL && scroll === null);
});

everywhere('some visits continue over midnight', ({ hits }) => {
  const days = visitsOf(hits).filter(
    ({ start, duration }) => Math.floor(start / 86_400_000) < Math.floor((start + duration) / 86_400_000),
  );
  return days.length > 5;
});

everywhere('there are bots, events with a value, and non-interactive events', ({ hits }) =>
  [
    (hit: VisitHit) => hit.bot !== '',
    (hit: VisitHit) => hit.value !== '',
    (hit: VisitHit) => !hit.interactive,
  ].every((is) => hits.some(is)),
);

everywhere(
  'hits of logs, and only those, have a status and a method, and whole seconds',
  ({ hits }) =>
    hits.every(({ site, time, status, method }) =>
      site === LOG_SITE ? time % 1000 === 0 && status > 0 && method !== '' : status === 0 && method === '',
    ) && hits.some(({ status }) => status === 404),
);
