import { decoded, hostOf, type Refuse, refusalOf } from './address-parts.ts';

const SASL_MECHANISMS = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'] as const;

/** Where a topic of Kafka is. */
export interface KafkaAddress {
  /** Some of the brokers: the others are learnt from them. */
  readonly brokers: readonly { readonly host: string; readonly port: number }[];
  readonly topic: string;
  readonly tls: boolean;
  readonly sasl:
    | {
        readonly mechanism: (typeof SASL_MECHANISMS)[number];
        readonly username: string;
        readonly password: string;
      }
    | undefined;
  /** For messages; without secrets. */
  readonly name: string;
}

const DEFAULT_PORT = 9092;
const EXAMPLES =
  'kafka://host:9092/topic or kafkas://user:password@host:9093,host2:9093/topic?sasl=scram-sha-512';

/**
 * Reads the address of a topic: `kafka://` or `kafkas://` (TLS), brokers separated by commas, the topic. With a user
 * and a password, `?sasl=plain` (the default), `scram-sha-256` or `scram-sha-512` selects how they are sent.
 *
 * @param flag the flag, for error messages
 * @throws HitError `bad_setting`, which shows no password
 * @example
 * kafkaAddress('kafka://a,b:9094/hits', '--stream').brokers; // [{ host: 'a', port: 9092 }, { host: 'b', port: 9094 }]
 */
export function kafkaAddress(text: string, flag: string): KafkaAddress {
  const refuse = refusalOf(flag, 'Kafka');
  const [, scheme, credentials, hosts = '', path = '', query = ''] =
    /^(kafkas?):\/\/(?:([^@/]*)@)?([^/?#]+)\/([^?#]*)(?:\?([^#]*))?$/.exec(text) ?? [];
  if (scheme === undefined) throw refuse(`is not an address such as ${EXAMPLES}`);
  const topic = decoded(path, refuse);
  if (!/^[\w.-]{1,249}$/.test(topic) || topic === '.' || topic === '..') {
    throw refuse('does not end with a topic: 1 to 249 letters, digits, ".", "_" and "-"');
  }
  const params = new URLSearchParams(query);
  const unknown = [...params.keys()].find((key) => key !== 'sasl');
  if (unknown !== undefined) throw refuse('has a parameter other than sasl= after "?"');
  return {
    brokers: hosts.split(',').map((host) => hostOf(host, DEFAULT_PORT, refuse)),
    topic,
    tls: scheme === 'kafkas',
    sasl: saslOf(credentials, params.get('sasl'), refuse),
    name: `${scheme}://${hosts}/${topic}`,
  };
}

function saslOf(credentials: string | undefined, sasl: string | null, refuse: Refuse): KafkaAddress['sasl'] {
  const mechanism = SASL_MECHANISMS.find((name) => name.toLowerCase() === (sasl ?? 'plain').toLowerCase());
  if (mechanism === undefined) throw refuse(`has a sasl= that is not one of ${SASL_MECHANISMS.join(', ')}`);
  if (credentials === undefined) {
    if (sasl !== null) throw refuse('has sasl= but no user and password');
    return undefined;
  }
  const colon = credentials.indexOf(':');
  if (colon < 1) throw refuse('has an @ without user:password');
  return {
    mechanism,
    username: decoded(credentials.slice(0, colon), refuse),
    password: decoded(credentials.slice(colon + 1), refuse),
  };
}
