import { NO_SIZE } from './response-size.ts';
import { NO_RESPONSE_TIME } from './response-time.ts';

/**
 * The facts of a line. Its strings may be views into the line, and keep it (and the chunk that it was cut from)
 * in memory: copy strings that are kept for long.
 */
export interface LogLine {
  /** The virtual host, or the host of a request for a whole URL, without the port. '' if the line names none. */
  host: string;
  /** The client's address: IPv4, IPv6 or a host name. The first one of a list. */
  address: string;
  /** As in the log: `-` for nobody. */
  user: string;
  /** Milliseconds since 1970. A time without an offset is read as one in UTC. */
  timeMs: number;
  /** Whether the time has no offset, and may be that of another time zone. */
  isLocalTime: boolean;
  /** '' if the request is not HTTP. */
  method: string;
  /**
   * The requested path, without query and fragment. Never empty. The whole request if it is not HTTP: `-`,
   * or bytes that the server wrote as `\x16\x03`.
   */
  path: string;
  /** Without the question mark, '' for none. */
  query: string;
  /** `HTTP/1.1`; '' if the request names none, as in HTTP/0.9. */
  protocol: string;
  /** 0 if the server wrote `-`. */
  status: number;
  /** Size of the response in bytes; 0 if the server wrote `-`, and -1 if it wrote nothing. */
  bytes: number;
  /** Duration of the response in microseconds; -1 if the line does not have it. */
  responseTime: number;
  /** '' for `-`, and in formats without it. */
  referrer: string;
  /** As in the log: `-` for a request without one. '' in formats without it. */
  userAgent: string;
}

/** An empty line to fill in. */
export function createLogLine(): LogLine {
  return {
    host: '',
    address: '',
    user: '',
    // Not an integer, so that the engine keeps a double here from the start.
    timeMs: Number.NaN,
    isLocalTime: false,
    method: '',
    path: '',
    query: '',
    protocol: '',
    status: 0,
    bytes: NO_SIZE,
    responseTime: NO_RESPONSE_TIME,
    referrer: '',
    userAgent: '',
  };
}
