import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { HitError } from '../../errors.ts';
import { readHit, SENT_HIT } from './batch.ts';
import { REPORT, readReport } from './report.ts';

const NOW = Date.UTC(2026, 10, 24);
const ajv = new Ajv2020({ strict: false, formats: { uri: (text: string) => URL.canParse(text) } });

const SENT = { site: 'example.com', path: '/', visitor: 'user 17', time: '2026-11-01T12:00:00Z' };
const EXAMPLES: readonly unknown[] = [
  ...[
    {},
    { site: 'example.com' },
    { url: 'https://example.com/a?b' },
    { site: null, path: null, props: null },
  ],
  ...[SENT, { ...SENT, time: NOW }, { ...SENT, time: null }, { ...SENT, props: { plan: 'team', seats: 3 } }],
  ...[
    { ...SENT, path: 7 },
    { ...SENT, props: [] },
    { ...SENT, props: 'plan' },
    { ...SENT, time: true },
  ],
  ...[{ ...SENT, visitor: 17 }, { ...SENT, user_agent: {} }, [], null, 'hit', 7],
  ...[
    { ...SENT, name: 'order', value: '19.90', currency: 'EUR', interactive: false, screen: 1440 },
    { ...SENT, value: -2.5, screen: '390x844', interactive: 'true' },
    { ...SENT, value: '1,5' },
    { ...SENT, screen: 'wide' },
    { ...SENT, interactive: 'no' },
    { ...SENT, name: 'engagement', engaged: 12_000, scroll: '80' },
    { ...SENT, name: 'engagement', engaged: -1 },
    ...['12345678901', '123456789012345', '1234567890123456', 12_345_678_901, 1e16, '1.5', '1.'].map(
      (engaged) => ({ ...SENT, name: 'engagement', engaged }),
    ),
    ...[100, 100.1, -1, '99.5', '100', '100.0', '100.1', '101', '080'].map((scroll) => ({
      ...{ ...SENT, name: 'engagement', scroll },
    })),
    { url: 'https://example.com/a', path: '/b' },
    { ...SENT, value: null, currency: null, interactive: null, screen: null, engaged: null, scroll: null },
  ],
];

/** Hits that are nearly right: members of the schema, most of their own type. */
const anything = fc.oneof(fc.constantFrom(null, true, 7, 'text', '/path'), fc.jsonValue({ maxDepth: 1 }));
const text = fc.oneof({ weight: 6, arbitrary: fc.string() }, { weight: 1, arbitrary: anything });
const hits = fc.oneof(
  { weight: 1, arbitrary: anything },
  {
    weight: 9,
    arbitrary: fc.record(
      {
        ...{ site: text, path: text, referrer: text, title: text },
        name: fc.oneof(fc.constant('engagement'), text),
        url: fc.oneof(fc.constantFrom('https://example.com/a', null), anything),
        props: fc.oneof(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 0 })), anything),
        time: fc.oneof(fc.constantFrom('2026-11-01T12:00:00Z', NOW, null), anything),
        ...{ visitor: text, address: text, user_agent: text, language: text },
        screen: fc.oneof(fc.nat(3000), fc.constantFrom('390', '390x844', 'Laptop', ''), anything),
        value: fc.oneof(fc.double({ noNaN: true }), fc.constantFrom('19.90', '-5', '1e3', ''), anything),
        currency: fc.oneof(fc.constantFrom('EUR', 'usd', 'XXZ', ''), anything),
        interactive: fc.oneof(fc.boolean(), fc.constantFrom('true', '0', 'no'), anything),
        engaged: fc.oneof(fc.integer(), fc.constantFrom('12000', '1.5', '1e3'), anything),
        scroll: fc.oneof(fc.integer({ min: -10, max: 110 }), fc.constantFrom('80', '101'), anything),
      },
      { requiredKeys: [] },
    ),
  },
);

/** What a schema cannot express: names of currencies, and members that need another. */
const BEYOND = /^(?:currency is not|a currency is given|engaged and scroll belong)/;

describe('the reader of reports, and its schema', () => {
  const isReport = ajv.compile({ ...REPORT });

  /** What the schema takes is read. What it refuses is not, but for an address of the page that nobody needs. */
  function assertAgreed(hit: unknown): void {
    const report = readReport(hit, '');
    const isRead = !(report instanceof HitError);
    const shown = `${JSON.stringify(hit)}: ${report instanceof HitError ? report.message : 'read'}`;
    if (isReport(hit)) assert.ok(isRead || BEYOND.test(report.message), shown);
    else if (isReport.errors?.some(({ keyword }) => keyword !== 'format')) assert.ok(!isRead, shown);
  }

  test('agree on examples', () => EXAMPLES.forEach(assertAgreed));

  test('agree on whatever else comes', () => {
    fc.assert(fc.property(hits, assertAgreed), { seed: 92, numRuns: 3000 });
  });
});

describe('the reader of hits of trusted senders, and its schema', () => {
  const isHit = ajv.compile({ ...SENT_HIT });

  function assertAgreed(hit: unknown): void {
    const facts = readHit(hit, NOW);
    const shown = `${JSON.stringify(hit)}: ${facts instanceof HitError ? facts.message : 'read'}`;
    // A schema does not tell which texts are times, and that an empty site is none.
    const isBeyond =
      facts instanceof HitError &&
      (BEYOND.test(facts.message) || /^(?:time is neither|site is missing)/.test(facts.message));
    if (isHit(hit)) assert.ok(!(facts instanceof HitError) || isBeyond, shown);
    else if (isHit.errors?.some(({ keyword }) => keyword !== 'format'))
      assert.ok(facts instanceof HitError, shown);
  }

  test('agree on examples', () => EXAMPLES.forEach(assertAgreed));

  test('agree on whatever else comes', () => {
    fc.assert(fc.property(hits, assertAgreed), { seed: 93, numRuns: 3000 });
  });
});
