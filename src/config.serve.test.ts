import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assertRefused, readServe } from '../test/fixtures/serve-settings.ts';
import { environmentName } from './config.ts';
import { kafkaAddress } from './settings/kafka-address.ts';
import { redisAddress } from './settings/redis-address.ts';
import { SERVE_SETTINGS } from './settings/serve.ts';

type ServeName = keyof typeof SERVE_SETTINGS;

interface Case {
  /** The default value. */
  readonly standard: unknown;
  /** Texts and their parsed values. */
  readonly good: readonly (readonly [text: string, value: unknown])[];
  readonly bad: readonly string[];
}

const GIB = 2 ** 30;

function agesOf(days: number, ...bySite: [string, number][]) {
  return { default: days, bySite: new Map(bySite) };
}

/** The settings of `serve`. Those with a syntax of their own are fully parsed where they are used. */
const SERVE: Readonly<Record<ServeName, Case>> = {
  port: {
    standard: 5000,
    good: [
      ['0', 0],
      ['8080', 8080],
      ['65535', 65_535],
    ],
    bad: ['', '65536', '-1', '80.5', '0x50', '1e3', 'http', ' 80', '99999999999999999999'],
  },
  'stop-timeout': {
    standard: 8000,
    good: [
      ['1s', 1000],
      ['1m', 60_000],
      ['1h', 3_600_000],
    ],
    bad: ['', '0s', '8', '61m', '500ms', '-1s', 'never'],
  },
  host: {
    standard: '0.0.0.0',
    good: [
      ['::1', '::1'],
      ['localhost', 'localhost'],
    ],
    bad: [''],
  },
  'data-dir': {
    standard: './data',
    good: [
      ['/var/lib/hits', '/var/lib/hits'],
      ['a b', 'a b'],
    ],
    bad: [''],
  },
  secrets: {
    standard: undefined,
    good: [['/shared/secrets.json', '/shared/secrets.json']],
    bad: [''],
  },
  tracker: {
    standard: ['simple', 'rate', 'db'],
    good: [
      ['simple', ['simple']],
      ['db, rate', ['db', 'rate']],
      ['rate,rate', ['rate']],
    ],
    bad: ['', ',', 'simple,', 'all', 'Simple', 'streams'],
  },
  store: {
    standard: 'embedded',
    good: [
      ['clickhouse://localhost', 'clickhouse://localhost'],
      ['clickhouses://user:pass@host:8443/db', 'clickhouses://user:pass@host:8443/db'],
      ['clickhouse://host/db?cluster=main', 'clickhouse://host/db?cluster=main'],
      ['clickhouses://host/db?cloud', 'clickhouses://host/db?cloud'],
    ],
    bad: [
      ...['', 'memory', 'http://localhost', 'clickhouse://', 'clickhouse:host', 'clickhouse://host:99999'],
      ...[
        'clickhouse://host/db?cluster=',
        "clickhouse://host/db?cluster=a'b",
        'clickhouse://host/db?cluster=a&cloud',
        'clickhouse://host/db?x=1',
      ],
    ],
  },
  live: {
    standard: undefined,
    good: [
      ['memory', undefined],
      ['redis://host:6379', redisAddress('redis://host:6379', '--live')],
    ],
    bad: ['', 'redis', 'redis://', 'redis://host:99999', 'disk'],
  },
  stream: {
    standard: undefined,
    good: [['kafka://host:9092/topic', kafkaAddress('kafka://host:9092/topic', '--stream')]],
    bad: ['', 'kafka://host:9092', 'kafka://host:99999/topic', 'http://host/topic'],
  },
  'stream-results': {
    standard: undefined,
    good: [['kafka://host:9092/topic', kafkaAddress('kafka://host:9092/topic', '--stream-results')]],
    bad: ['', 'kafka://host:9092'],
  },
  'salts-from': {
    standard: undefined,
    good: [['http://10.0.0.1:5000', 'http://10.0.0.1:5000']],
    bad: [''],
  },
  peers: {
    standard: undefined,
    good: [['http://a:5000, http://b:5000', ['http://a:5000', 'http://b:5000']]],
    bad: ['', ','],
  },
  identity: { standard: 'cookie', good: [['cookieless', 'cookieless']], bad: ['', 'none', 'Cookie'] },
  'trust-proxy': { standard: 'loopback', good: [['private,192.0.2.0/24', 'private,192.0.2.0/24']], bad: [] },
  'geo-database': {
    standard: undefined,
    good: [['/geo/GeoLite2-City.mmdb', '/geo/GeoLite2-City.mmdb']],
    bad: [''],
  },
  'client-header': {
    standard: 'x-forwarded-for',
    good: [
      ['X-Real-IP', 'x-real-ip'],
      ['cloudflare', 'cf-connecting-ip'],
      ['Forwarded', 'forwarded'],
    ],
    bad: ['', 'a b', 'x_real_ip', 'x:'],
  },
  'session-age': {
    standard: 2_592_000,
    good: [
      ['1m', 60],
      ['12h', 43_200],
      ['400d', 34_560_000],
    ],
    bad: ['', '0d', '59s', '30', '401d', 'forever'],
  },
  'rate-limit': { standard: '100/s', good: [['off', 'off']], bad: [] },
  sites: {
    standard: undefined,
    good: [
      ['a.com', ['a.com']],
      [' a.com , b.com ', ['a.com', 'b.com']],
    ],
    bad: ['', ',', 'a.com,,b.com'],
  },
  'max-sites': {
    standard: 1000,
    good: [
      ['1', 1],
      ['1000000', 1e6],
    ],
    bad: ['', '0', '1000001', 'any'],
  },
  threads: {
    standard: 1,
    good: [
      ['1', 1],
      ['4', 4],
    ],
    bad: ['', '0', '65', '1.5'],
  },
  'expected-visitors': {
    standard: 1_000_000,
    good: [
      ['1000', 1000],
      ['500000000', 5e8],
    ],
    bad: ['', '999', '500000001', '1M', '1_000_000'],
  },
  'live-memory': {
    standard: 268_435_456,
    good: [
      ['1MiB', 1_048_576],
      ['1GB', 1_000_000_000],
    ],
    bad: ['', '0', '1000', '256 apples', '-1MiB'],
  },
  durability: { standard: 'disk', good: [['process', 'process']], bad: ['', 'none'] },
  'spool-max': {
    standard: GIB,
    good: [
      ['1MiB', 2 ** 20],
      ['2gib', 2 * GIB],
      ['1.5 GiB', 1.5 * GIB],
      ['500MB', 5e8],
      ['1048576', 2 ** 20],
    ],
    bad: ['', '0', '1', '1023KiB', '-1GiB', 'GiB', '1TiB', '1e9', '1 GiB more'],
  },
  'keep-hits': {
    standard: agesOf(Number.POSITIVE_INFINITY),
    good: [
      ['1d', agesOf(1)],
      ['13w', agesOf(91)],
      ['2y', agesOf(730)],
      ['forever', agesOf(Number.POSITIVE_INFINITY)],
      ['30d,a.com=1y', agesOf(30, ['a.com', 365])],
      ['a.com=forever', agesOf(Number.POSITIVE_INFINITY, ['a.com', Number.POSITIVE_INFINITY])],
    ],
    bad: ['', '0d', '400', '1.5y', '-1d', '1m', 'Forever', '1d,2d', 'a.com=1d,a.com=2d', 'a.com='],
  },
  'keep-rollups': {
    standard: agesOf(Number.POSITIVE_INFINITY),
    good: [['400d', agesOf(400)]],
    bad: ['', '0y', 'never'],
  },
  'keep-visits': {
    standard: agesOf(Number.POSITIVE_INFINITY),
    good: [['400d', agesOf(400)]],
    bad: ['', '0y', 'never'],
  },
  archive: { standard: undefined, good: [['s3://bucket/hits', 's3://bucket/hits']], bad: [''] },
  's3-endpoint': {
    standard: undefined,
    good: [['https://s3.example.com', 'https://s3.example.com']],
    bad: [''],
  },
  's3-region': { standard: 'us-east-1', good: [['eu-central-1', 'eu-central-1']], bad: [''] },
  's3-access-key': { standard: undefined, good: [['key', 'key']], bad: [''] },
  's3-secret-key': { standard: undefined, good: [['key', 'key']], bad: [''] },
  schedule: {
    standard: undefined,
    good: [
      ['purge daily 03:00', ['purge daily 03:00']],
      ['a; b', ['a', 'b']],
    ],
    bad: ['', ' ; '],
  },
  alert: { standard: undefined, good: [['hits in 1h < 10', ['hits in 1h < 10']]], bad: [''] },
  timezone: { standard: 'UTC', good: [['Europe/Berlin', 'Europe/Berlin']], bad: [''] },
  'reports-dir': { standard: undefined, good: [['/reports', '/reports']], bad: [''] },
  webhook: {
    standard: undefined,
    good: [['https://example.com/hook?a=b', 'https://example.com/hook?a=b']],
    bad: ['', 'example.com', 'ftp://example.com', 'https://user:secret@example.com/'],
  },
  'webhook-secret': {
    standard: undefined,
    good: [[`whsec_${'A'.repeat(32)}`, new Uint8Array(24)]],
    bad: ['', 'secret', 'whsec_', `whsec_${'A'.repeat(8)}`],
  },
  'admin-token': {
    standard: undefined,
    good: [
      ['x'.repeat(16), 'x'.repeat(16)],
      ['!~'.repeat(100), '!~'.repeat(100)],
    ],
    bad: ['', 'short', 'x'.repeat(201), `${'x'.repeat(16)} y`, `${'x'.repeat(16)}é`],
  },
  public: {
    standard: false,
    good: [
      ['true', true],
      ['1', true],
      ['false', false],
      ['0', false],
      ['', false],
    ],
    bad: ['yes', 'TRUE', '2'],
  },
  'log-level': {
    standard: 'info',
    good: [
      ['silent', 'silent'],
      ['debug', 'debug'],
    ],
    bad: ['', 'verbose', 'INFO'],
  },
};

const names = Object.keys(SERVE) as ServeName[];

test('every setting of serve has a case here', () => {
  assert.deepEqual(new Set(names), new Set(Object.keys(SERVE_SETTINGS)));
});

for (const name of names) {
  const { standard, good, bad } = SERVE[name];
  const variable = environmentName(name);
  const isSwitch = SERVE_SETTINGS[name].value === '';

  describe(`--${name}`, () => {
    test('has its default if it is not set', () => assert.deepEqual(readServe([])[name], standard));

    for (const [text, value] of good) {
      test(`takes "${text.slice(0, 30)}" from the environment`, () => {
        assert.deepEqual(readServe([], { [variable]: text })[name], value);
      });
      if (isSwitch) continue;
      test(`takes "${text.slice(0, 30)}" from the flag, in preference to the environment`, () => {
        assert.deepEqual(readServe([`--${name}`, text])[name], value);
        assert.deepEqual(readServe([`--${name}=${text}`], { [variable]: 'nonsense' })[name], value);
      });
    }

    test('refuses an invalid value, and names its source', () => {
      for (const text of bad) {
        assertRefused(() => readServe([], { [variable]: text }), 'bad_setting', new RegExp(`^${variable}: `));
        if (!isSwitch)
          assertRefused(() => readServe([`--${name}=${text}`]), 'bad_setting', new RegExp(`^--${name}: `));
      }
    });
  });
}
