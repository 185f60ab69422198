import { isNotation, type LogFormat, type LogFormatChoice } from '../settings/log-format.ts';
import { ANY_LINE, FORMAT_RULES, type LineRules } from './format.ts';
import { parseLine } from './line.ts';
import { compilePattern } from './line-pattern.ts';
import { createLogLine } from './log-line.ts';
import { linesOf } from './source.ts';

/**
 * The rules by which a log is read.
 *
 * @param choice of the user, which is valid
 * @param sample lines of the log, which decide what a line by itself leaves open
 */
export function rulesOf(choice: LogFormatChoice, sample: string): LineRules {
  if (choice === 'auto') return detectRules(linesOf(sample));
  if (isNotation(choice)) return { ...ANY_LINE, pattern: compilePattern(choice) };
  return FORMAT_RULES[choice as LogFormat];
}

/**
 * Detects what single lines leave open: whether an address before another one is a host's, which it is if most lines begin with a
 * host, and whether a quoted host may follow the agent, which it may if it does in most lines. Unreadable lines are ignored.
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
    // Clients name themselves only in single lines.
    if (line.host !== '') usual.after++;
  }
  return {
    ...ANY_LINE,
    host: usual.before * 2 > usual.readable ? 'usually' : 'sometimes',
    hostAfterAgent: usual.after * 2 > usual.readable,
  };
}
