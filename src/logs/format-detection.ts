import type { LogFields } from '../settings/log-fields.ts';
import { isNotation, type LogFormat, type LogFormatChoice } from '../settings/log-format.ts';
import { ANY_LINE, FORMAT_RULES, type LineRules } from './format.ts';
import { parseLine } from './line.ts';
import { compilePattern } from './line-pattern.ts';
import { createLogLine } from './log-line.ts';
import { linesOf } from './source.ts';

/** What the user states about the lines of a log, besides their format. */
export interface StatedRules {
  /** IANA time zone of times without an offset. Default UTC. */
  readonly timezone?: string | undefined;
  /** Names of fields in JSON lines. */
  readonly fields?: LogFields | undefined;
}

/**
 * The rules for the lines of a log.
 *
 * @param choice a valid choice of the user
 * @param sample lines of the log, which resolve what is ambiguous in a single line
 */
export function rulesOf(
  choice: LogFormatChoice,
  sample: string,
  { timezone, fields }: StatedRules = {},
): LineRules {
  return {
    ...formatRules(choice, sample),
    ...(timezone !== undefined && { timezone }),
    ...(fields !== undefined && { fields }),
  };
}

function formatRules(choice: LogFormatChoice, sample: string): LineRules {
  if (choice === 'auto') return detectRules(linesOf(sample));
  if (isNotation(choice)) return { ...ANY_LINE, pattern: compilePattern(choice) };
  return FORMAT_RULES[choice as LogFormat];
}

/**
 * Detects what is ambiguous in a single line: an address before another one is that of a host if most lines begin with a host,
 * and a quoted host may follow the agent if it does in most lines. Unreadable lines are ignored.
 *
 * @param lines some lines of the log; a few dozen are plenty
 *
 * @example
 * detectRules(['a.example 203.0.113.7 - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 12']).host; // 'usually'
 */
export function detectRules(lines: readonly string[]): LineRules {
  const line = createLogLine();
  const usual = { readable: 0, before: 0, after: 0 };
  for (const text of lines) {
    if (parseLine(text, ANY_LINE, line) !== 'read') continue;
    usual.readable++;
    const isBefore = line.host !== '' && text.trimStart().startsWith(line.host);
    if (isBefore) usual.before++;
    if (line.host !== '') continue;
    parseLine(text, { ...ANY_LINE, hostAfterAgent: true }, line);
    // A client that forges a host does so only in its own lines.
    if (line.host !== '') usual.after++;
  }
  return {
    ...ANY_LINE,
    host: usual.before * 2 > usual.readable ? 'usually' : 'sometimes',
    hostAfterAgent: usual.after * 2 > usual.readable,
  };
}
