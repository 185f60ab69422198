import { DATA_SETTINGS, SHARED_SECRETS } from './data.ts';
import { kafkaAddress } from './kafka-address.ts';
import { LOG_LEVEL } from './log-level.ts';
import { readNumber, readSwitch, readText, readToken, secretSetting, setting } from './setting.ts';
import { STOP_TIMEOUT } from './stop-timeout.ts';

export const CONSUME_SETTINGS = {
  stream: secretSetting(
    'Kafka topic: kafka://host:9092,host2/topic, as for serve',
    'URL',
    undefined,
    kafkaAddress,
  ),
  ...DATA_SETTINGS,
  'stop-timeout': STOP_TIMEOUT,
  secrets: SHARED_SECRETS,
  group: setting('consumer group; its members share the partitions', 'NAME', 'hit-tracker', readText),
  port: setting(
    'TCP port of /metrics, /healthz and /readyz (default: none)',
    'PORT',
    undefined,
    readNumber(0, 65_535),
  ),
  host: setting('address to listen on', 'HOST', '127.0.0.1', readText),
  'admin-token': secretSetting(
    'token for /metrics (default: that of the data folder)',
    'TOKEN',
    undefined,
    readToken,
  ),
  public: setting('allow reading /metrics without a token', '', 'false', readSwitch),
  'log-level': LOG_LEVEL,
} as const;
