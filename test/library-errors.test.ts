/** What a program passes wrongly is refused with a coded error that names the argument and what it may be. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  BloomFilter,
  bitsPerVisitorAt,
  DBTracker,
  HitRing,
  KeyedHash,
  LastSeenSketch,
  RateTracker,
  SimpleTracker,
} from '../src/index.ts';
import { temporaryFolder } from './fixtures/temporary.ts';

const key = new Uint8Array(16);
/** From JavaScript, anything may come. */
const wrong = (value: unknown) => value as never;
const simple = () => new SimpleTracker({ key });
const rate = () => new RateTracker({ key });
const damaged = () => simple().toBytes().subarray(0, 100);

const CALLS: readonly (readonly [call: string, run: () => unknown, message: RegExp])[] = [
  [
    "simple.track('ann')",
    () => simple().track(wrong('ann')),
    /^track needs a request, or a visitor.*, not "ann"$/,
  ],
  ['simple.track()', () => simple().track(wrong(undefined)), /^track needs a request/],
  [
    'simple.track({})',
    () => simple().track(wrong({})),
    /^visitor must be a non-empty string, not undefined$/,
  ],
  ['an empty visitor', () => simple().track({ visitor: '' }), /^visitor must be/],
  ['an object as visitor', () => simple().track(wrong({ visitor: {} })), /^visitor must be/],
  [
    'null headers',
    () => simple().track(wrong({ headers: null })),
    /^headers of the request must be an object/,
  ],
  [
    'a relative url',
    () => rate().track(wrong({ headers: new Headers(), url: '/' })),
    /^url .* absolute, not "\/"$/,
  ],
  ['no request', () => rate().track(wrong({ request: 'x', peer: '' })), /^request must be a Request/],
  [
    'no peer',
    () => rate().track(wrong({ request: new Request('http://a.example/') })),
    /^peer must be an address as a string, not undefined$/,
  ],
  [
    'rate.rate()',
    () => rate().rate(wrong(undefined)),
    /^seconds must be a number from 1 to 34560000, not undefined$/,
  ],
  ['seconds of 1e9', () => rate().rate({ seconds: 1e9 }), /^seconds must be .* not 1000000000$/],
  ['no options', () => new SimpleTracker(wrong(null)), /^options must be an object, not null$/],
  ['a number as options', () => new RateTracker(wrong(60)), /^options must be an object, not 60$/],
  [
    'a misspelt option',
    () => new SimpleTracker(wrong({ expectedVisitor: 5 })),
    /^the option "expectedVisitor" is unknown: did you mean "expectedVisitors"\?$/,
  ],
  [
    'an option of another tracker',
    () => new SimpleTracker(wrong({ columns: 16 })),
    /^the option "columns" is unknown/,
  ],
  [
    'too many visitors',
    () => new SimpleTracker({ expectedVisitors: 1e12 }),
    /^expectedVisitors must be a number from 1 to 715827882, not 1000000000000$/,
  ],
  [
    'a text as number',
    () => new SimpleTracker({ expectedVisitors: wrong('5') }),
    /^expectedVisitors .* not "5"$/,
  ],
  ['no visitors', () => new SimpleTracker({ expectedVisitors: 0 }), /^expectedVisitors .* not 0$/],
  [
    'a rate of 2',
    () => new SimpleTracker({ falseSeenRate: 2 }),
    /^falseSeenRate must be a number from 0.00001 to 0.5, not 2$/,
  ],
  [
    'a short key',
    () => new SimpleTracker({ key: new Uint8Array(3) }),
    /^key must be .* 16 random bytes, not 3 bytes$/,
  ],
  ['a text as key', () => new RateTracker({ key: wrong('0123456789abcdef') }), /^key must be/],
  [
    'a number as proxy',
    () => new RateTracker({ trustProxy: wrong(1) }),
    /^trustProxy must be a string, not 1$/,
  ],
  [
    '1,000 columns',
    () => new RateTracker({ columns: 1000 }),
    /^columns must be a power of two from 16 to 65536/,
  ],
  ['a time as clock', () => new RateTracker({ now: wrong(0) }), /^now must be a function/],
  [
    'bytes without a key',
    () => SimpleTracker.fromBytes(simple().toBytes(), wrong(undefined)),
    /^key is missing/,
  ],
  ['damaged bytes', () => SimpleTracker.fromBytes(damaged(), { key }), /^these bytes are not/],
  ['a text as bytes', () => RateTracker.fromBytes(wrong('abc'), { key }), /not a Uint8Array$/],
  [
    'merge of another kind',
    () => simple().merge(wrong(rate())),
    /^other must be a SimpleTracker, not an object$/,
  ],
  ['merge of nothing', () => rate().merge(wrong(undefined)), /^other must be a RateTracker, not undefined$/],
  ['a filter for NaN', () => BloomFilter.for(Number.NaN), /^expected must be a number from 1 to .* not NaN$/],
  [
    'a filter of 0 bits',
    () => BloomFilter.for(10, 0),
    /^bitsPerVisitor must be a number from 1 to 64, not 0$/,
  ],
  ['a filter of few words', () => new BloomFilter(new Uint32Array(3)), /^words must be .* not 3 words$/],
  ['merge of a ring', () => BloomFilter.for(10).merge(wrong(new HitRing())), /^other must be a BloomFilter/],
  ['no rate', () => bitsPerVisitorAt(wrong(undefined)), /^falseSeenRate must be/],
  ['three ranks of cells', () => new LastSeenSketch({ cells: new Uint32Array(3) }), /^cells must be/],
  [
    'a date as time',
    () => new LastSeenSketch().estimate(wrong('today')),
    /^sinceMs must be a number, not "today"$/,
  ],
  [
    'a cell too far',
    () => new LastSeenSketch().setCell(24, 0, 0),
    /^rank must be a whole number from 0 to 23/,
  ],
  [
    'a ring without now',
    () => new HitRing().count(60, wrong(undefined)),
    /^nowMs must be a number, not undefined$/,
  ],
  ['a window of 0', () => new HitRing().count(0, 0), /^seconds must be a number from 1, not 0$/],
  [
    'a small memory',
    () => new HitRing({ memory: new ArrayBuffer(8) }),
    /^memory must be a buffer of 175716 bytes/,
  ],
  ['a hash without a key', () => new KeyedHash(wrong(undefined)), /^key must be/],
];

const OPTIONS: readonly (readonly [options: unknown, message: RegExp])[] = [
  [{ datadir: './data' }, /^the option "datadir" is unknown: did you mean "dataDir"\?$/],
  [{ dataDir: 7 }, /^dataDir must be a non-empty string, not 7$/],
  [{ store: 'postgres://db' }, /clickhouse:\/\/user:password@host:8123\/database/],
  [{ durability: 'disc' }, /^durability must be "disk" or "process", not "disc"$/],
  [{ spoolMax: '1GiB' }, /^spoolMax must be a number from 1048576 to/],
  [{ trustProxy: 'everyone' }, /^trustProxy: "everyone" is neither loopback/],
];

describe('the library refuses', () => {
  for (const [call, run, message] of CALLS)
    it(`${call}`, () => assert.throws(run, { name: 'HitError', code: 'invalid', message }));

  for (const [options, message] of OPTIONS)
    it(`a store with ${JSON.stringify(options)}`, async (t) => {
      const dataDir = temporaryFolder(t);
      const open = DBTracker.open(wrong({ dataDir, ...(options as object) }));
      await assert.rejects(open, { name: 'HitError', code: /^(invalid|bad_setting)$/, message });
    });
});

describe('a tracker that refused a visitor', () => {
  it('has not counted it', () => {
    const tracker = simple();
    assert.throws(() => tracker.track(wrong('ann')), { code: 'invalid' });
    assert.deepEqual([tracker.unique, tracker.total], [0, 0]);
  });
});
