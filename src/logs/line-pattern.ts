/** Lines in the notation of Apache's `LogFormat` or of nginx's `log_format`, compiled to one regular expression. */

import { HitError } from '../errors.ts';
import { timeOf } from './json-line.ts';
import type { LineOutcome } from './line-outcome.ts';
import type { LogLine } from './log-line.ts';
import { quotedText } from './quoted.ts';
import { readRequest } from './request.ts';
import { forwardedClient, hostNameOf } from './words.ts';

/** The tokens of each field: Apache's, in which `%s` includes `%>s`, and nginx's. */
const TOKENS = {
  forwarded:
    '%{x-forwarded-for}i %{x-real-ip}i %{cf-connecting-ip}i ' +
    '$http_x_forwarded_for $proxy_add_x_forwarded_for $http_x_real_ip $http_cf_connecting_ip',
  client: '%h %a %{c}a $remote_addr $realip_remote_addr',
  user: '%u $remote_user',
  time: '%t %{sec}t %{msec}t %{usec}t $time_local $time_iso8601 $msec',
  request: '%r $request',
  method: '%m $request_method',
  target: '%U $request_uri $uri $document_uri',
  query: '%q $args $query_string',
  status: '%s $status',
  bytes: '%b %B %O $body_bytes_sent $bytes_sent',
  referrer: '%{referer}i $http_referer',
  agent: '%{user-agent}i $http_user_agent',
  host: '%v %V %{host}i $host $http_host $server_name',
} as const;
type Field = keyof typeof TOKENS;

const FIELD_OF: ReadonlyMap<string, Field> = new Map(
  Object.entries(TOKENS).flatMap(([field, tokens]) =>
    tokens.split(' ').map((token) => [token, field as Field] as const),
  ),
);

/** A compiled notation; it can be sent to a thread. */
export interface LinePattern {
  readonly line: RegExp;
  /** The field of each group of the expression; '' for one that is not needed. */
  readonly fields: readonly (Field | '')[];
}

/** `%>s`, `%!200,304{Referer}i`, `%{format}t`, `$name`, `${name}`, or any other text. */
const TOKEN = /%%|%[<>!\d,]*(?:\{([^}]*)\})?([a-zA-Z])|\$\{?(\w+)\}?|[^%$]+|[%$]/g;

/** Fields that a hit needs. */
const NEEDED: readonly (readonly [string, readonly Field[]])[] = [
  ['a client, such as %h or $remote_addr', ['client', 'forwarded']],
  ['a time, such as %t or $time_local', ['time']],
  ['a request, such as %r or $request', ['request', 'target']],
  ['a status, such as %>s or $status', ['status']],
];

/**
 * @param notation `%h %l %u %t "%r" %>s %b`, or `$remote_addr - $remote_user [$time_local] "$request" $status`; or the whole
 *   directive of the server's configuration
 * @throws HitError `bad_setting` if it lacks a field that a hit needs
 */
export function compilePattern(notation: string): LinePattern {
  const tokens = Array.from(withoutDirective(notation).matchAll(TOKEN), ([token, argument, letter, name]) =>
    tokenOf(token, argument, letter, name),
  );
  const fields: (Field | '')[] = [];
  let source = '^';
  for (const [index, token] of tokens.entries()) {
    if (token.field === undefined) {
      source += escaped(token.text).replaceAll(' ', ' +');
      continue;
    }
    fields.push(token.field);
    source += `(${groupOf(token, tokens[index - 1]?.text.at(-1), tokens[index + 1])})`;
  }
  for (const [what, some] of NEEDED) {
    if (some.some((field) => fields.includes(field))) continue;
    throw new HitError('bad_setting', `--format: "${notation}" has no field for ${what}`);
  }
  return { line: new RegExp(source), fields };
}

/** The notation in `log_format main '…' '…';` or `LogFormat "…" main`. */
function withoutDirective(notation: string): string {
  const nginx = /^\s*log_format\s+\w+\s+(?:escape=\w+\s+)?(.*?);?\s*$/s.exec(notation)?.[1];
  if (nginx !== undefined) return Array.from(nginx.matchAll(/'([^']*)'/g), ([, part]) => part).join('');
  const apache = /^\s*LogFormat\s+"((?:[^"\\]|\\.)*)"/s.exec(notation)?.[1];
  return (apache ?? notation).replaceAll('\\"', '"');
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, String.raw`\$&`);
}

/** A part of a notation. */
interface Token {
  readonly text: string;
  /** '' for a field that is not needed; undefined for text between fields. */
  readonly field: Field | '' | undefined;
  /** Whether it is Apache's `%t`, which has brackets of its own. */
  readonly isBracketed: boolean;
}

function tokenOf(token: string, argument = '', letter = '', name = ''): Token {
  if (token === '%%') return { text: '%', field: undefined, isBracketed: false };
  if (name !== '') return { text: token, field: FIELD_OF.get(`$${name}`) ?? '', isBracketed: false };
  if (letter === '') return { text: token, field: undefined, isBracketed: false };
  const key = argument === '' ? `%${letter}` : `%{${argument.toLowerCase()}}${letter}`;
  return { text: token, field: FIELD_OF.get(key) ?? '', isBracketed: key === '%t' };
}

/** The expression for a field: it matches up to the text after it, and no more than needed, so that matching takes linear time. */
function groupOf({ field, isBracketed }: Token, before: string | undefined, next: Token | undefined): string {
  if (isBracketed) return String.raw`\[[^\]]*\]`;
  const after = next?.field === undefined ? next?.text[0] : undefined;
  if (before === '"' && after === '"') return String.raw`(?:[^"\\]|\\.)*`;
  if (before === '[' && after === ']') return String.raw`[^\]]*`;
  if (field === 'forwarded') return String.raw`[^\s,]+(?:, ?[^\s,]+)*`;
  if (next === undefined) return '.*';
  if (field === 'query' && next.field !== undefined) return String.raw`(?:\?\S*)?`;
  if (next.field !== undefined) return String.raw`[^\s?]*`;
  return after === ' ' || after === undefined ? String.raw`\S*` : `[^${escaped(after)}]*`;
}

/** @param out filled in; undefined content unless the outcome is `read` */
export function parsePattern(text: string, { line, fields }: LinePattern, out: LogLine): LineOutcome {
  const trimmed = text.trim();
  if (trimmed === '') return 'blank';
  const groups = line.exec(trimmed);
  if (groups === null) return 'other format';
  // Of several headers that name a client, the first that the request has.
  const of = (field: Field): string => {
    const value = groups.find((group, at) => fields[at - 1] === field && group !== '-') ?? '';
    return quotedText(value, 0, value.length, true);
  };
  out.timeMs = timeOf(of('time'));
  if (Number.isNaN(out.timeMs)) return 'bad timestamp';
  out.address = forwardedClient(of('forwarded')) || of('client');
  if (out.address === '') return 'no address';
  const status = of('status');
  if (!/^(?:\d{3})?$/.test(status)) return 'no status';
  out.status = Number(status);
  out.bytes = Number(of('bytes')) || 0;
  out.user = of('user');
  const host = hostNameOf(of('host'));
  // The name of a server in nginx that accepts any host.
  out.host = host === '_' ? '' : host;
  const target = of('target');
  const request = of('request') || `${of('method') || 'GET'} ${target || '/'}`;
  readRequest(request, 0, request.length, false, out);
  if (out.query === '') out.query = of('query').replace(/^\?/, '');
  out.referrer = of('referrer');
  out.userAgent = fields.includes('agent') ? of('agent') || '-' : '';
  return 'read';
}
