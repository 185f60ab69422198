import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Details, RequestContext } from '../../hit/request-context.ts';

/** What is reported: a page view or an event. '' is unknown. */
export type Report = Pick<
  RequestContext,
  'kind' | 'site' | 'path' | 'name' | 'referrer' | 'title' | 'props' | 'hostname' | keyof Details
>;

/** @param forwarded the clients that proxies name: see `ClientAddresses` */
export function factsOfRequest(
  request: IncomingMessage,
  report: Report,
  forwarded: string,
  time: number,
): RequestContext {
  const { headers } = request;
  return {
    kind: report.kind,
    time,
    site: report.site,
    host: headers.host ?? '',
    path: report.path,
    name: report.name,
    referrer: report.referrer,
    title: report.title,
    props: report.props,
    hostname: report.hostname || pageHost(headers),
    screen: report.screen,
    value: report.value,
    currency: report.currency,
    interactive: report.interactive,
    engaged: report.engaged,
    scroll: report.scroll,
    userAgent: headers['user-agent'] ?? '',
    language: headers['accept-language'] ?? '',
    peer: request.socket.remoteAddress ?? '',
    forwarded,
    cookie: headers.cookie ?? '',
    secure: isSecure(headers),
    purpose: text(headers['sec-purpose']) || text(headers.purpose),
    status: 0,
    method: '',
    bytes: -1,
    responseTime: -1,
    visitor: '',
  };
}

/** Host of the page that sent a request, from its `Origin`, else its `Referer`: browsers leave out either at times. */
function pageHost({ origin = '', referer = '' }: IncomingHttpHeaders): string {
  const url = origin === '' || origin === 'null' ? referer : origin;
  const scheme = url.indexOf('://');
  if (scheme < 0) return '';
  const start = scheme + 3;
  const end = url.indexOf('/', start);
  return end < 0 ? url.slice(start) : url.slice(start, end);
}

/** TLS may end at a proxy. A forged header only costs the client a cookie. */
export function isSecure(headers: IncomingHttpHeaders): boolean {
  return headers['x-forwarded-proto'] === 'https';
}

function text(header: string | string[] | undefined): string {
  return Array.isArray(header) ? header.join(', ') : (header ?? '');
}
