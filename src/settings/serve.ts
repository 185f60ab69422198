import { readAges } from './ages.ts';
import { BUCKET_SETTINGS } from './archive.ts';
import { readClientHeader } from './client-header.ts';
import { DATA_SETTINGS, SHARED_SECRETS } from './data.ts';
import { INTAKE_SETTINGS } from './intake.ts';
import { kafkaAddress } from './kafka-address.ts';
import { LOG_LEVEL } from './log-level.ts';
import { KEEP_HITS, KEEP_ROLLUPS, KEEP_VISITS } from './purge.ts';
import { readLive } from './redis-address.ts';
import { SCHEDULE_SETTINGS } from './schedule.ts';
import { readSessionAge } from './session-age.ts';
import {
  readList,
  readNumber,
  readOneOf,
  readSize,
  readSwitch,
  readText,
  readToken,
  readTrackers,
  secretSetting,
  setting,
} from './setting.ts';
import { STOP_TIMEOUT } from './stop-timeout.ts';

/** How visitors are identified. */
export const IDENTITIES = ['cookie', 'cookieless'] as const;
/**
 * Carriers let customers share an IPv4 address, which has 65,536 ports. They give each at least 64, so at most a thousand
 * share it at a time. Ten times as many leave room for those who come and go during a day, and who visit several sites.
 */
const MOST_NEW_VISITORS = '10000';
/** What acknowledged hits survive. */
export const DURABILITIES = ['disk', 'process'] as const;

export const SERVE_SETTINGS = {
  port: setting('TCP port; 0 chooses a free one', 'PORT', '5000', readNumber(0, 65_535)),
  host: setting('address to listen on', 'HOST', '0.0.0.0', readText),
  ...DATA_SETTINGS,
  'stop-timeout': STOP_TIMEOUT,
  secrets: SHARED_SECRETS,
  tracker: setting('trackers to run: any of simple,rate,db,stream', 'LIST', 'simple,rate,db', readTrackers),
  live: secretSetting(
    'where live counts are kept: memory, or redis://host:6379 for several nodes (rediss, redis+sentinel, redis+cluster)',
    'WHERE',
    'memory',
    readLive,
  ),
  stream: secretSetting(
    'Kafka topic of the stream tracker: kafka://host:9092,host2/topic, kafkas://user:password@host/topic?sasl=plain',
    'URL',
    undefined,
    kafkaAddress,
  ),
  'stream-results': secretSetting(
    'Kafka topic with results of a streaming job, for /api/v1/live?source=stream: kafka://host:9092/topic',
    'URL',
    undefined,
    kafkaAddress,
  ),
  peers: setting(
    'nodes whose live counts are merged with those of this node: http://a:5000,http://b:5000',
    'URL,…',
    undefined,
    (text, flag) => readList(text, flag, 'http://a:5000,http://b:5000'),
  ),
  'peer-token': secretSetting(
    'token for these nodes, of the scope "peer", which nodes with this setting also accept (default: derived from the secrets, which nodes share)',
    'TOKEN',
    undefined,
    readToken,
  ),
  'allow-insecure-peers': setting(
    'send the peer token over plain http:// outside private networks too, where others can read it',
    '',
    'false',
    readSwitch,
  ),
  'salts-from': setting(
    'node to fetch daily salts from, so that nodes identify visitors alike: http://10.0.0.1:5000',
    'URL',
    undefined,
    readText,
  ),
  identity: setting(
    'identify visitors by a first-party "cookie", or "cookieless"',
    'HOW',
    'cookie',
    readOneOf(IDENTITIES),
  ),
  'trust-proxy': setting(
    'trusted proxies, whose X-Forwarded-For is used: loopback, private, none, or CIDR ranges',
    'LIST',
    'loopback',
    String,
  ),
  'client-header': setting(
    'header in which trusted proxies name the client: cloudflare, fastly, forwarded (RFC 7239), or its name',
    'NAME',
    'X-Forwarded-For',
    readClientHeader,
  ),
  ...INTAKE_SETTINGS,
  'rate-limit': setting(
    'hits per client address (IPv6: per network of --ipv6-prefix): 100/s, 600/m, 10000/h, or off; loopback is exempt',
    'RATE',
    '100/s',
    String,
  ),
  'max-new-visitors': setting(
    'new visitors per client address (IPv6: per network of --ipv6-prefix) and UTC day, in each of --threads; loopback is exempt',
    'N',
    MOST_NEW_VISITORS,
    readNumber(1, 1_000_000_000),
  ),
  sites: setting('sites to count, separated by commas (default: any)', 'LIST', undefined, readList),
  'max-sites': setting(
    'maximum number of sites, if --sites is not set',
    'N',
    '1000',
    readNumber(1, 1_000_000),
  ),
  threads: setting('threads that collect hits, on one port (Linux, FreeBSD)', 'N', '1', readNumber(1, 64)),
  'live-memory': setting(
    'memory limit for the live windows of individual sites; the least recently used are swapped to disk (default: 256MiB, or an eighth of the memory if that is less)',
    'SIZE',
    undefined,
    readSize,
  ),
  'expected-visitors': setting(
    'all-time visitors that the simple tracker is sized for, 12 bits each',
    'N',
    '1000000',
    readNumber(1000, 500_000_000),
  ),
  durability: setting(
    '"disk": acknowledged hits survive a power cut; "process": they survive kill -9',
    'HOW',
    'disk',
    readOneOf(DURABILITIES),
  ),
  'spool-max': setting('maximum size of hits waiting for the store or Kafka', 'SIZE', '1GiB', readSize),
  'keep-hits': setting(
    'age at which hits are purged, or forever; per site after a comma: 400d,a.com=30d,b.com=forever',
    'AGES',
    KEEP_HITS,
    readAges(KEEP_HITS),
  ),
  'keep-rollups': setting('the same for rollups', 'AGES', KEEP_ROLLUPS, readAges(KEEP_ROLLUPS)),
  'keep-visits': setting('the same for visits', 'AGES', KEEP_VISITS, readAges(KEEP_VISITS)),
  archive: setting(
    'folder or s3://bucket/prefix of archived hits, which queries then include',
    'WHERE',
    undefined,
    readText,
  ),
  ...BUCKET_SETTINGS,
  ...SCHEDULE_SETTINGS,
  'admin-token': secretSetting(
    'token for reading, 16 characters or more (default: generated at first start)',
    'TOKEN',
    undefined,
    readToken,
  ),
  'session-age': setting(
    'how long a browser stays signed in, such as 12h or 30d',
    'DURATION',
    '30d',
    readSessionAge,
  ),
  public: setting('allow reading without a token', '', 'false', readSwitch),
  'log-level': LOG_LEVEL,
} as const;
