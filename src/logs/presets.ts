/** Formats that are recognized by the shape of a line, as notations of `line-pattern.ts`. */

import { compilePattern, type LinePattern } from './line-pattern.ts';

const NOTATIONS = [
  // AWS S3
  '%o %v %t %a %l %l %l %l "%r" %>s %l %b %l %{ms}T %l "%{Referer}i" "%{User-Agent}i"',
  // Nginx Proxy Manager
  '[$time_local] $cache $upstream_status $status - $request_method $scheme $host "$request_uri" [Client $remote_addr] ' +
    '[Length $body_bytes_sent] [Gzip $gzip_ratio] [Sent-to $server] "$http_user_agent" "$http_referer"',
  // Squid
  '$msec %{ms}T $remote_addr $result/$status $bytes_sent $request_method $request_uri $user $hierarchy $type',
  // Envoy, and Istio with five more fields
  '[$time_iso8601] "$request" $status $flags $received $bytes_sent %{ms}T $service_time "$http_x_forwarded_for" ' +
    '"$http_user_agent" "$request_id" "$host" "$target"',
  '[$time_iso8601] "$request" $status $flags $details $termination "$failure" $received $bytes_sent %{ms}T ' +
    '$service_time "$http_x_forwarded_for" "$http_user_agent" "$request_id" "$host" "$target" $cluster $local $listener $remote_addr:$remote_port',
  // Bunny
  '$cache|$status|$msec|$bytes_sent|$zone|$remote_addr|$http_referer|$request_uri|$edge|$http_user_agent|$request_id|',
] as const;

export const PRESETS: readonly LinePattern[] = NOTATIONS.map(compilePattern);
