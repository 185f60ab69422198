/** Formats that are recognized by the shape of a line, as notations of `line-pattern.ts`. */

import { compilePattern, type LinePattern } from './line-pattern.ts';

const NOTATIONS = [
  // AWS S3
  '%o %v %t %a %l %l %l %l "%r" %>s %l %b %l %l %l "%{Referer}i" "%{User-Agent}i"',
  // Nginx Proxy Manager
  '[$time_local] $cache $upstream_status $status - $request_method $scheme $host "$request_uri" [Client $remote_addr] ' +
    '[Length $body_bytes_sent] [Gzip $gzip_ratio] [Sent-to $server] "$http_user_agent" "$http_referer"',
  // Squid
  '$msec $duration $remote_addr $result/$status $bytes_sent $request_method $request_uri $user $hierarchy $type',
] as const;

export const PRESETS: readonly LinePattern[] = NOTATIONS.map(compilePattern);
