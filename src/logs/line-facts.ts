import { EMPTY_CONTEXT, type RequestContext } from '../hit/request-context.ts';
import type { LogLine } from './log-line.ts';

/** The facts of a line, reused for each line: do not keep them. */
export type LineFacts = { -readonly [Field in keyof RequestContext]: RequestContext[Field] };

/** Facts that are empty except for their source. */
export function createLineFacts(): LineFacts {
  // Not an integer, so that the engine keeps a double here from the start.
  return { ...EMPTY_CONTEXT, kind: 'log', time: Number.NaN };
}

/** @param site site of the line's host */
export function fillFacts(out: LineFacts, line: LogLine, site: string): void {
  out.time = line.timeMs;
  out.site = site;
  out.hostname = line.host;
  out.path = line.query === '' ? line.path : `${line.path}?${line.query}`;
  out.referrer = line.referrer;
  out.userAgent = line.userAgent;
  out.peer = line.address;
  out.status = line.status;
  out.method = line.method;
  out.bytes = line.bytes;
  out.responseTime = line.responseTime;
}
