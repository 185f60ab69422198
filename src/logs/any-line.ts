/** Lines of all formats that can be recognized line by line, and of W3C extended, which a directive before them describes. */

import { parseBalancerLine } from './balancer-line.ts';
import type { LineRules } from './format.ts';
import { type JsonPaths, jsonPaths } from './json-fields.ts';
import { innerLineOf, parseJsonLine, removeNamesIn } from './json-line.ts';
import { parseLine } from './line.ts';
import { type LineOutcome, MAX_LINE_LENGTH } from './line-outcome.ts';
import { type LinePattern, parsePattern } from './line-pattern.ts';
import type { LogLine } from './log-line.ts';
import { endOfPrefixes, endsOfPrefixes, withoutMarks } from './prefix.ts';
import { PRESETS } from './presets.ts';
import { fieldsOf, isDirective, parseW3cLine } from './w3c-line.ts';

/** Levels of lines within lines, such as those of nginx within those of docker. */
const DEEPEST = 3;

/** Parses lines one after another. */
export class AnyLineParser {
  readonly #rules: LineRules;
  readonly #paths: JsonPaths;
  #fields: readonly string[] | undefined;

  constructor(rules: LineRules) {
    this.#rules = rules;
    this.#paths = jsonPaths(rules.fields);
  }

  /** @param directive the last `#Fields:` before the next line; undefined if it has not changed */
  describe(directive: string | undefined): this {
    if (directive !== undefined) this.#fields = fieldsOf(directive);
    return this;
  }

  /**
   * Reads one line. Never throws.
   *
   * @param text without its line feed
   * @param out filled in; undefined content unless the outcome is `read`
   */
  parse(text: string, out: LogLine): LineOutcome {
    const { pattern, isAny } = this.#rules;
    if (text.length > MAX_LINE_LENGTH) return 'too long';
    if (pattern !== undefined) return parseWrapped(text, pattern, out, 0);
    return isAny ? this.#parseAny(text, out, 0) : parseLine(text, this.#rules, out);
  }

  #parseAny(written: string, out: LogLine, depth: number): LineOutcome {
    const text = withoutMarks(written);
    if (text.startsWith('#') && isDirective(text)) {
      this.#fields = fieldsOf(text) ?? this.#fields;
      return 'blank';
    }
    if (
      this.#fields !== undefined &&
      text.trim() !== '' &&
      parseW3cLine(text.trimEnd(), this.#fields, out) === 'read'
    ) {
      return 'read';
    }
    const json = startOfJson(text);
    if (json >= 0) {
      const outcome = parseJsonLine(text.slice(json), out, this.#paths);
      if (typeof outcome === 'string') return outcome;
      return depth < DEEPEST ? this.#parseAny(outcome.inner, out, depth + 1) : 'no fields';
    }
    const outcome = parseLine(text, this.#rules, out);
    if (outcome === 'read' || outcome === 'blank') return outcome;
    if (parseBalancerLine(text, out)) return 'read';
    const starts = [0, ...endsOfPrefixes(text)];
    const isPreset = starts.some((start) =>
      PRESETS.some((pattern) => parsePattern(text.slice(start), pattern, out) === 'read'),
    );
    return isPreset ? 'read' : outcome;
  }
}

/**
 * Reads a line of a notation, alone, after prefixes, or within an object of a program that forwards lines.
 *
 * @returns the outcome of the whole line, unless a part of it is read
 */
function parseWrapped(text: string, pattern: LinePattern, out: LogLine, depth: number): LineOutcome {
  const outcome = parsePattern(text, pattern, out);
  if (outcome === 'read' || outcome === 'blank') return outcome;
  const line = withoutMarks(text);
  for (const start of line === text ? endsOfPrefixes(line) : [0, ...endsOfPrefixes(line)]) {
    if (parsePattern(line.slice(start), pattern, out) === 'read') return 'read';
  }
  const json = depth < DEEPEST ? startOfJson(line) : -1;
  const inner = json < 0 ? undefined : innerLineOf(line.slice(json));
  const isInner = inner !== undefined && parseWrapped(inner, pattern, out, depth + 1) === 'read';
  return isInner ? 'read' : outcome;
}

/**
 * Removes the names of fields that a line has, alone, after prefixes, or within an object of a program that forwards lines.
 *
 * @param names with dots for fields of objects
 */
export function removeFoundNames(written: string, names: Set<string>): void {
  let line: string | undefined = written;
  for (let depth = 0; depth <= DEEPEST && line !== undefined && names.size > 0; depth++) {
    const text = withoutMarks(line);
    const json = startOfJson(text);
    if (json < 0) return;
    removeNamesIn(text.slice(json), names);
    line = innerLineOf(text.slice(json));
  }
}

/** The index at which an object begins, alone or after a prefix; -1 if the line has none. */
function startOfJson(text: string): number {
  const brace = text.indexOf('{');
  if (brace === -1 || !text.trimEnd().endsWith('}')) return -1;
  const start = endOfPrefixes(text.slice(0, brace));
  return text.slice(start, brace).trim() === '' ? brace : -1;
}
