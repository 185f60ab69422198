/**
 * The fields of a line after its status and size: referrer and agent, in some logs also a host, the client behind a proxy, or
 * others.
 *
 * Usually there are two, referrer and agent, and then only their order counts: a client can send any text as either. If there are
 * three or more, others may come first: then the first referrer that is followed by an agent is used.
 */

import { Memo } from '../cache/memo.ts';
import type { LineRules } from './format.ts';
import type { LogLine } from './log-line.ts';
import { closingQuote, quotedText } from './quoted.ts';
import { forwardedClient, hasServerPort, hostNameOf, isAddressList, isHostName, isPublic } from './words.ts';

/** More fields than any server writes; later ones are ignored. */
const MOST_FIELDS = 12;

type Kind = 'none' | 'url' | 'addresses' | 'host' | 'agent' | 'other';

interface Field {
  readonly text: string;
  readonly kind: Kind;
  /** Index after its closing quote; -1 for a field that the end of the line has cut. */
  readonly end: number;
}

/** The beginning of an agent: `Mozilla/5.0`, `curl/8.5.0`. */
const AGENT = /^(?:Mozilla\b|(?!HTTP\/|TLS|SSL)[A-Za-z][\w.+-]*\/v?\d)/;
/** The same without quotes, up to the end of the line. */
const BARE_AGENT = /(?:^| )((?:Mozilla\/|(?!HTTP\/|TLS|SSL)[A-Za-z][\w.+-]*\/v?\d).*)$/;
const BARE_REFERRER = /(?:^| )([a-z][a-z\d+.-]*:\/\/\S*) *$/;
const URL = /^[a-z][a-z\d+.-]*:\/\//i;

/**
 * Reads referrer, agent and, where the rules allow it, host and client.
 *
 * @param from index after status and size
 * @param end index after the last character of the line
 */
export function readTrailingFields(
  line: string,
  from: number,
  end: number,
  escapes: boolean,
  rules: LineRules,
  out: LogLine,
): void {
  const fields = quotedFields(line, from, end, escapes);
  const { referrer, agent } = placesOf(fields);
  const last = fields.at(-1);
  out.referrer = textOf(fields[referrer]);
  if (fields[agent]) out.userAgent = fields[agent].kind === 'none' ? '-' : fields[agent].text;
  else if (last?.end !== -1) readBareFields(line.slice(last?.end ?? from, end), out);

  const first = Math.max(0, Math.min(referrer < 0 ? agent : referrer, agent < 0 ? referrer : agent));
  const before = fields.slice(0, first);
  const after = fields.slice(Math.max(referrer, agent) + 1);
  const hosts = rules.hostAfterAgent ? [...before, ...after] : before;
  if (out.host === '' && rules.host !== 'never') out.host = hostOf(hosts);
  out.address = clientBehind(out.address, [...before, ...after]);
}

function quotedFields(line: string, from: number, end: number, escapes: boolean): Field[] {
  const fields: Field[] = [];
  let open = line.indexOf('"', from);
  while (open !== -1 && fields.length < MOST_FIELDS) {
    const close = closingQuote(line, open + 1, end);
    const text = quotedText(line, open + 1, close === -1 ? end : close, escapes);
    fields.push({ text, kind: kindOf(text), end: close === -1 ? -1 : close + 1 });
    if (close === -1) break;
    open = line.indexOf(' "', close + 1);
    if (open !== -1) open++;
  }
  return fields;
}

/** Number and length of the texts whose kind is cached: referrers, agents and clients repeat. */
const CACHED = { most: 50_000, longest: 300 };
const kinds = new Memo(CACHED, classify);
const clients = new Memo(CACHED, forwardedClient);

function kindOf(text: string): Kind {
  return text.length > CACHED.longest ? classify(text) : kinds.of(text);
}

function classify(text: string): Kind {
  if (text === '' || text === '-') return 'none';
  if (URL.test(text)) return 'url';
  if (AGENT.test(text)) return 'agent';
  if (isAddressList(text)) return 'addresses';
  return isHostName(text) ? 'host' : 'other';
}

/** The indices of referrer and agent among the fields; -1 for none. */
function placesOf(fields: readonly Field[]): { referrer: number; agent: number } {
  const kind = (at: number) => fields[at]?.kind;
  if (fields.length === 1) {
    // The line may be cut within the referrer.
    if (fields[0]!.end === -1) return { referrer: 0, agent: -1 };
    return { referrer: isReferrer(kind(0)) ? 0 : -1, agent: kind(0) === 'agent' ? 0 : -1 };
  }
  for (let at = 0; at < fields.length - 1; at++) {
    if (kind(at) === 'agent') break;
    const isPair = isReferrer(kind(at)) && kind(at + 1) === 'agent';
    if (isPair) return { referrer: at, agent: at + 1 };
  }
  if (fields.length > 0 && fields[0]!.text.startsWith('Mozilla/')) {
    if (kind(1) === 'url') return { referrer: 1, agent: 0 };
    if (kind(1) === 'none' || kind(1) === 'addresses') return { referrer: -1, agent: 0 };
  }
  return fields.length === 0 ? { referrer: -1, agent: -1 } : { referrer: 0, agent: 1 };
}

function isReferrer(kind: Kind | undefined): boolean {
  return kind === 'none' || kind === 'url';
}

function textOf(field: Field | undefined): string {
  return field === undefined || field.kind === 'none' ? '' : field.text;
}

/** Reads an agent without quotes at the end of a line, and the URL before it. */
function readBareFields(rest: string, out: LogLine): void {
  const agent = BARE_AGENT.exec(rest);
  if (agent === null) return;
  out.userAgent = agent[1]!;
  const referrer = BARE_REFERRER.exec(rest.slice(0, agent.index));
  if (referrer !== null && out.referrer === '') out.referrer = referrer[1]!;
}

function hostOf(fields: readonly Field[]): string {
  const field = fields.find(({ kind }) => kind === 'host');
  return field === undefined ? '' : hostNameOf(field.text);
}

/**
 * The client that a proxy names in a field of its own. A private address in such a field is that of a client only if the proxy is
 * in a private network too; one with the port of a server is the upstream to which the proxy sent the request.
 */
function clientBehind(proxy: string, fields: readonly Field[]): string {
  for (const { kind, text } of fields) {
    if (kind !== 'addresses') continue;
    const client = text.length > CACHED.longest ? forwardedClient(text) : clients.of(text);
    if (hasServerPort(client)) continue;
    if (isPublic(client) || !isPublic(proxy)) return client;
  }
  return proxy;
}
