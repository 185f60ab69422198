/** Outcomes of reading a line. */

/** The longest line that is read, in characters. Servers truncate requests at 8 KiB, rarely later. */
export const MAX_LINE_LENGTH = 65_536;
/** Bytes after which a line without an end is cut: more than any readable line has. */
export const MAX_HELD_BYTES = 4 * MAX_LINE_LENGTH;

/** Reasons why a line is unreadable, each with a message for people. */
export const LOG_FAILURES = {
  'too long': `The line has more than ${MAX_LINE_LENGTH} characters.`,
  'no address': 'No client address precedes the timestamp.',
  'no timestamp': 'The line has no timestamp in brackets: it is not a line of an access log.',
  'bad timestamp': 'The timestamp is not a date such as [17/May/2015:10:05:03 +0000].',
  'no request': 'No request in quotes follows the timestamp.',
  'no JSON': 'The line is not a JSON object.',
  'no fields': 'The line lacks the client, the time, the path or the status of a request.',
  'other format': 'The line does not follow the notation of --format.',
  'no status': 'No status of three digits follows the request.',
} as const;

export type LogFailure = keyof typeof LOG_FAILURES;

/** `read`: the facts are filled in. `blank`: an empty line, to be skipped. Otherwise: why the line is unreadable. */
export type LineOutcome = 'read' | 'blank' | LogFailure;
