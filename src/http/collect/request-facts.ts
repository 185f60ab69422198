import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { RequestContext } from '../../hit/request-context.ts';

/** What is reported: a page view or an event. '' is unknown. */
export type Report = Pick<RequestContext, 'kind' | 'site' | 'path' | 'name' | 'referrer' | 'title' | 'props'>;

export function factsOfRequest(request: IncomingMessage, report: Report, time: number): RequestContext {
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
    userAgent: headers['user-agent'] ?? '',
    language: headers['accept-language'] ?? '',
    peer: request.socket.remoteAddress ?? '',
    forwarded: forwardedOf(headers),
    cookie: headers.cookie ?? '',
    secure: isSecure(headers),
    purpose: text(headers['sec-purpose']) || text(headers.purpose),
    status: 0,
    method: '',
    visitor: '',
  };
}

/** `X-Forwarded-For`, or `X_FORWARDED_FOR` as some clients spell it. */
function forwardedOf(headers: IncomingHttpHeaders): string {
  return text(headers['x-forwarded-for']) || text(headers.x_forwarded_for);
}

/** TLS may end at a proxy. A forged header only costs the client a cookie. */
export function isSecure(headers: IncomingHttpHeaders): boolean {
  return headers['x-forwarded-proto'] === 'https';
}

function text(header: string | string[] | undefined): string {
  return Array.isArray(header) ? header.join(', ') : (header ?? '');
}
