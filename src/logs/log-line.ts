/**
 * The facts of a line. Its strings may be views into the line, and hold it (and the chunk that it was cut from)
 * in memory: copy what is kept for long.
 */
export interface LogLine {
  /** The virtual host, or that of a request for a whole URL, without the port. '' where the line names none. */
  host: string;
  /** Whatever stands for the client: IPv4, IPv6 or a host name. The first one of a list. */
  address: string;
  /** As it stands in the log: `-` for nobody. */
  user: string;
  /** Milliseconds since 1970, UTC. */
  timeMs: number;
  /** '' where the request is not HTTP. */
  method: string;
  /**
   * What was asked for, without query and fragment. Never empty. The whole request where that is not HTTP: `-`,
   * or bytes that the server wrote as `\x16\x03`.
   */
  path: string;
  /** Without the question mark, '' for none. */
  query: string;
  /** `HTTP/1.1`; '' where the request names none, as in HTTP/0.9. */
  protocol: string;
  /** 0 where the server wrote `-`. */
  status: number;
  /** Size of the response; 0 where the server wrote `-`, or nothing. */
  bytes: number;
  /** '' for `-`, and in formats without it. */
  referrer: string;
  /** As it stands in the log: `-` for a request that named none. '' in formats without it. */
  userAgent: string;
}

/** A line to fill in, with nothing in it. */
export function createLogLine(): LogLine {
  return {
    host: '',
    address: '',
    user: '',
    // Not an integer, so that the engine keeps a double here from the start.
    timeMs: Number.NaN,
    method: '',
    path: '',
    query: '',
    protocol: '',
    status: 0,
    bytes: 0,
    referrer: '',
    userAgent: '',
  };
}
