/** Advice on lines that cannot be read, by their likely format. */

const LIKELY: readonly (readonly [RegExp, string])[] = [
  [
    /^\d{4}-\d\d-\d\d[ \t]\d\d:\d\d:\d\d[ \t]/,
    'It looks like the W3C extended format without its #Fields directive, which names the fields: put that line first.',
  ],
  [
    /\[(?:\w+:)?(?:error|warn|notice|crit|alert|emerg)\]/,
    'It looks like an error log: import the access log.',
  ],
  [
    /^[{[]?\s*$|^[{[]\s*"/,
    'It looks like JSON: a log in JSON has one object for each request, on a line of its own.',
  ],
  [/^<|^PK/, 'It looks like a document, not a log.'],
  [/"[A-Z]+ \/\S*(?: HTTP\/[\d.]+)?"/, 'Give the LogFormat or log_format of the server as --format.'],
];

/** Advice about a line that cannot be read; '' for none. */
export function likelyFormat(line: string): string {
  return LIKELY.find(([shape]) => shape.test(line))?.[1] ?? '';
}
