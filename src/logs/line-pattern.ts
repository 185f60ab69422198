/** Lines in the notation of Apache's `LogFormat` or of nginx's `log_format`, compiled to one regular expression. */

import { HitError } from '../errors.ts';
import { isLocal, timeOf } from './json-line.ts';
import type { LineOutcome } from './line-outcome.ts';
import type { LogLine } from './log-line.ts';
import { quotedText } from './quoted.ts';
import { readRequest } from './request.ts';
import { sizeOf } from './response-size.ts';
import { responseTimeOf } from './response-time.ts';
import { TIME_PARTS, type TimePart, timeOfParts, timeTokens } from './strftime.ts';
import { forwardedClient, hostNameOf } from './words.ts';

/** The tokens of each field: Apache's, in which `%s` includes `%>s`, and nginx's. */
const TOKENS = {
  forwarded:
    '%{x-forwarded-for}i %{x-real-ip}i %{cf-connecting-ip}i %{true-client-ip}i %{fastly-client-ip}i ' +
    '$http_x_forwarded_for $proxy_add_x_forwarded_for $http_x_real_ip $http_cf_connecting_ip $http_true_client_ip ' +
    '$http_fastly_client_ip $proxy_protocol_addr',
  client: '%h %a %{c}a $remote_addr $realip_remote_addr',
  user: '%u $remote_user',
  time: '%t %{sec}t %{msec}t %{usec}t $time_local $time_iso8601 $msec',
  request: '%r $request',
  method: '%m $request_method',
  target: '%U $request_uri $uri $document_uri',
  query: '%q $args $query_string',
  status: '%s $status',
  bytes: '%b %B %O $body_bytes_sent $bytes_sent',
  seconds: '%T %{s}T $request_time',
  milliseconds: '%{ms}T',
  microseconds: '%D %{us}T',
  referrer: '%{referer}i $http_referer',
  agent: '%{user-agent}i $http_user_agent',
  host: '%v %V %{host}i $host $http_host $server_name',
} as const;
type NamedField = keyof typeof TOKENS;
type Field = NamedField | TimePart;

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

/** `%>s`, `%!200,304{Referer}i`, `%{format}t`, `%{name}^ti`, `$name`, `${name}`, or any other text. */
const TOKEN = /%%|%[<>!\d,]*(?:\{([^}]*)\})?(\^t[io]|[a-zA-Z])|\$\{?(\w+)\}?|[^%$]+|[%$]/g;

/** Fields that a hit needs. */
const NEEDED: readonly (readonly [string, readonly Field[]])[] = [
  ['a client, such as %h or $remote_addr', ['client', 'forwarded']],
  ['a time, such as %t or $time_local', ['time', 'year']],
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
    letter === 't' && argument !== undefined && !FIELD_OF.has(token)
      ? tokensOfTime(argument)
      : [tokenOf(token, argument, letter, name)],
  ).flat();
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
  const missing = fields.includes('time') ? [] : PARTS_NEEDED.filter((part) => !fields.includes(part));
  if (missing.length > 0)
    throw new HitError('bad_setting', `--format: the time in "${notation}" has no ${missing.join(', no ')}`);
  return { line: new RegExp(source), fields };
}

/** Parts without which there is no time. */
const PARTS_NEEDED = TIME_PARTS.filter((part) => !['second', 'fraction', 'zone'].includes(part));

/** The notation in `log_format main '…' '…';` or `LogFormat "…" main`. */
function withoutDirective(notation: string): string {
  const nginx = /^\s*log_format\s+\w+\s+(?:escape=\w+\s+)?(.*?);?\s*$/s.exec(notation)?.[1];
  if (nginx !== undefined) {
    const parts = nginx.matchAll(/'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"/gs);
    return unescaped(Array.from(parts, ([, single, double]) => single ?? double).join(''));
  }
  const apache = /^\s*LogFormat\s+"((?:[^"\\]|\\.)*)"/s.exec(notation)?.[1];
  return unescaped(apache ?? notation);
}

/** Both servers write quotes in notations as `\"`, and tabs as `\t`. */
function unescaped(text: string): string {
  return text.replace(/\\(["'\\t])/g, (_, sign: string) => (sign === 't' ? '\t' : sign));
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, String.raw`\$&`);
}

/** A part of a notation. */
interface Token {
  readonly text: string;
  /** '' for a field that is not needed; undefined for text between fields. */
  readonly field: Field | '' | undefined;
  /** The expression for the field, if its text is not delimited by that around it. */
  readonly source?: string;
}

/** Apache's `%t` has brackets of its own. */
const BRACKETED = String.raw`\[[^\]]*\]`;
/** Times of upstreams that nginx tried one after another: `0.001, 0.002 : 0.001`. */
const LIST = String.raw`[^\s,]*(?:(?:, | : )[^\s,]*)*`;

function tokenOf(token: string, argument = '', letter = '', name = ''): Token {
  if (token === '%%') return { text: '%', field: undefined };
  if (name !== '') {
    const field = FIELD_OF.get(`$${name}`) ?? '';
    return { text: token, field, ...(name.startsWith('upstream_') && { source: LIST }) };
  }
  if (letter === '') return { text: token, field: undefined };
  const key = argument === '' ? `%${letter}` : `%{${argument.toLowerCase()}}${letter}`;
  return { text: token, field: FIELD_OF.get(key) ?? '', ...(key === '%t' && { source: BRACKETED }) };
}

/** @throws HitError `bad_setting` for a notation of time that is not supported */
function tokensOfTime(notation: string): Token[] {
  const tokens = timeTokens(notation);
  if (!tokens) throw new HitError('bad_setting', `--format: the time "%{${notation}}t" is not supported`);
  return tokens.map((token) => ('text' in token ? { ...token, field: undefined } : { text: '', ...token }));
}

/** The longest address that is searched for a port. */
const LONGEST_ADDRESS = 64;

/** The expression for a field: it matches up to the text after it, and no more than needed, so that matching takes linear time. */
function groupOf(
  { text, field, source }: Token,
  before: string | undefined,
  next: Token | undefined,
): string {
  const after = next?.field === undefined ? next?.text[0] : undefined;
  if (source !== undefined && source !== LIST) return source;
  if (before === '"' && after === '"') return String.raw`(?:[^"\\]|\\.)*`;
  if (before === '[' && after === ']') return String.raw`[^\]]*`;
  if (field === 'forwarded') return String.raw`[^\s,]+(?:, ?[^\s,]+)*`;
  // An IPv6 address has colons, too.
  if (field === 'client' && after === ':') return String.raw`\S{0,${LONGEST_ADDRESS}}`;
  if (next?.field === undefined && after !== ' ' && after !== undefined)
    return `[^${field === 'client' ? '\\s' : ''}${escaped(after)}]*`;
  if (source !== undefined) return source;
  if (text === '$time_local') return String.raw`\S+(?: [+-]\d{4})?`;
  if (field === 'request') return String.raw`[A-Z]+ \S+(?: HTTP\/[\d.]+)?|\S*`;
  if (next === undefined) return field === 'agent' || field === 'referrer' ? '.*' : String.raw`\S*`;
  if (field === 'query' && next.field !== undefined) return String.raw`(?:\?\S*)?`;
  // The path of a URL follows its host without a space.
  if (next.field === 'target') return String.raw`[^\s\/?]*`;
  return next.field !== undefined ? String.raw`[^\s?]*` : String.raw`\S*`;
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
  const isWhole = fields.includes('time');
  out.timeMs = isWhole ? timeOf(of('time')) : timeOfParts(of);
  out.isLocalTime = isWhole ? isLocal(of('time')) : of('zone') === '';
  if (Number.isNaN(out.timeMs)) return 'bad timestamp';
  out.address = forwardedClient(of('forwarded')) || of('client');
  if (out.address === '') return 'no address';
  const status = of('status');
  // Envoy writes 0 if it did not answer.
  if (!/^(?:\d{3}|0)?$/.test(status)) return 'no status';
  out.status = Number(status);
  out.bytes = sizeOf(groups.find((_, at) => fields[at - 1] === 'bytes') ?? '');
  out.responseTime = Math.max(
    responseTimeOf(of('microseconds'), 'us'),
    responseTimeOf(of('milliseconds'), 'ms'),
    responseTimeOf(of('seconds'), 's'),
  );
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
