import { type BaseOptions, MultipleErrors, ResponseError } from '@platformatic/kafka';
import { HitError, messageOf } from '../errors.ts';
import type { KafkaAddress } from '../settings/kafka-address.ts';

/** Request timeout in milliseconds. */
const REQUEST_TIMEOUT = 15_000;
const CONNECT_TIMEOUT = 5000;
/** Quick retries by the client itself. The caller must retry longer failures. */
const RETRIES = 3;
const RETRY_DELAY = 300;

/** Options of every client of a cluster. */
export function clientOptions(address: KafkaAddress): BaseOptions {
  const { brokers, tls, sasl } = address;
  return {
    clientId: 'hit-tracker',
    bootstrapBrokers: brokers.map(({ host, port }) => ({ host, port })),
    connectTimeout: CONNECT_TIMEOUT,
    requestTimeout: REQUEST_TIMEOUT,
    timeout: REQUEST_TIMEOUT,
    retries: RETRIES,
    retryDelay: RETRY_DELAY,
    ...(tls && { tls: {}, tlsServerName: true }),
    ...(sasl && { sasl }),
  };
}

/** Whether a broker reported that a topic already exists. */
export function isTopicThere(error: unknown): boolean {
  return causesOf(error).some((cause) => (cause as { apiId?: unknown }).apiId === 'TOPIC_ALREADY_EXISTS');
}

/** Converts a Kafka error: the client's errors may contain those of several brokers. */
export function streamFault(error: unknown): HitError {
  if (error instanceof HitError) return error;
  const messages = new Set(
    causesOf(error)
      .filter((cause) => !(cause instanceof MultipleErrors || cause instanceof ResponseError))
      .map((cause) =>
        (cause as NodeJS.ErrnoException).code === 'ECONNREFUSED' ? 'nothing listens there' : messageOf(cause),
      ),
  );
  const message = [...messages].slice(0, 3).join('; ') || messageOf(error);
  return new HitError('stream_unavailable', `Kafka failed: ${message}`, { cause: error, retryAfter: 5 });
}

/** An error and all errors that it contains. */
function causesOf(error: unknown): unknown[] {
  if (typeof error !== 'object' || error === null) return [error];
  const { errors = [], cause } = error as { errors?: readonly unknown[]; cause?: unknown };
  return [error, ...errors.flatMap(causesOf), ...(cause === undefined ? [] : causesOf(cause))];
}
