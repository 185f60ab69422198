/** Prefixes of programs that forward lines: docker compose, syslog, journald, Kubernetes. */

const TIME = String.raw`\d{4}-\d\d-\d\d[T ][\d:.,]+(?: ?(?:Z|[+-]\d\d:?\d\d))?`;

const PREFIXES: readonly RegExp[] = [
  // docker compose and pm2: `web-1  | `
  /^[\w.|-]+ *\| ?/,
  // RFC 5424: `<134>1 2015-05-17T10:00:00Z web1 nginx 123 - - `
  /^<\d{1,3}>1 \S+ \S+ \S+ \S+ \S+ (?:-|(?:\[[^\]]*\])+) (?:\uFEFF)?/,
  // RFC 3164 and journald: `May 17 10:00:00 web1 nginx[12]: `, with or without a host
  new RegExp(
    String.raw`^(?:<\d{1,3}>)?(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d+)?|${TIME}) (?:\S+ )?[^\s:]+: `,
  ),
  // CRI, and `docker logs --timestamps`: `2015-05-17T10:00:00.000000000Z stdout F `
  new RegExp(`^${TIME} (?:std(?:out|err) [FP] )?`),
  // kubectl logs --prefix: `[pod/web-1/nginx] `
  /^\[[\w./-]+\] /,
];

/** A sequence that colours a terminal's text. */
const COLOUR = '\x1b[';
const COLOURS = /\x1b\[[\d;]*m/g;

/** The line without a byte order mark of UTF-8, and without the colours of terminal programs. */
export function withoutMarks(text: string): string {
  const line = text.startsWith('\uFEFF') ? text.slice(1) : text;
  return line.includes(COLOUR) ? line.replace(COLOURS, '') : line;
}

/** The index after the prefixes of a line; there may be several, such as those of syslog and docker compose. */
export function endOfPrefixes(head: string): number {
  return endsOfPrefixes(head).at(-1) ?? 0;
}

/** The index after each prefix of a line. What follows the first may only look like another one. */
export function endsOfPrefixes(head: string): number[] {
  const ends: number[] = [];
  for (let at = 0; ends.length < PREFIXES.length; ends.push(at)) {
    const rest = head.slice(at);
    const prefix = PREFIXES.find((each) => each.test(rest));
    if (prefix === undefined) break;
    at += prefix.exec(rest)![0].length;
    while (head[at] === ' ') at++;
  }
  return ends;
}
