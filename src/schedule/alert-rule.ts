import { HitError } from '../errors.ts';
import { siteName } from '../hit/site-name.ts';
import { readWindow } from '../live/window-text.ts';

export const MAX_RULES = 100;
const EXAMPLE = 'visitors in 5m > 1000 site a.com clear 900 for 30s';

/** A live count, and the threshold that it must not pass unnoticed. */
export interface AlertRule {
  /** As written, with normalised whitespace: identifies the rule across restarts. */
  readonly text: string;
  readonly metric: 'hits' | 'visitors';
  /** The window as written, and its length. */
  readonly window: string;
  readonly seconds: number;
  /** Undefined for all sites. */
  readonly site: string | undefined;
  readonly bound: '>' | '<';
  readonly threshold: number;
  /** The alert clears at this count: at or below it for `>`, at or above it for `<`. */
  readonly clear: number;
  /** Milliseconds that the threshold must be passed before the alert fires. */
  readonly hold: number;
}

/**
 * Reads rules: `hits|visitors in WINDOW >|< NUMBER`, and then in any order `site NAME`, `clear NUMBER` (default: 10 % back
 * past the threshold) and `for DURATION` (default: none).
 *
 * @throws HitError `bad_setting` that names the invalid word
 * @example
 * readAlertRules(['visitors in 5m > 1000', 'hits in 1h < 10 site a.com clear 20']);
 */
export function readAlertRules(texts: readonly string[]): AlertRule[] {
  if (texts.length > MAX_RULES) throw new HitError('bad_setting', `--alert: more than ${MAX_RULES} rules`);
  const rules = texts.map(readRule);
  const twice = rules.find(({ text }, index) => rules.findIndex((rule) => rule.text === text) !== index);
  if (twice) throw new HitError('bad_setting', `--alert "${twice.text}": it is given twice`);
  return rules;
}

function readRule(given: string): AlertRule {
  const text = given.trim().replaceAll(/\s+/g, ' ');
  const bad = (message: string) => new HitError('bad_setting', `--alert "${text}": ${message}`);
  const match = /^(hits|visitors) in (\S+) ?([<>]) ?(\S+)((?: .*)?)$/.exec(text);
  if (!match) throw bad(`it is not a rule such as ${EXAMPLE}`);
  const [, metric, window = '', bound, number = '', rest = ''] = match;
  const threshold = readCount(number);
  if (threshold === undefined) throw bad(`"${number}" is not a number such as 1000`);
  const seconds = readWindow(window);
  if (seconds === undefined) throw bad(`"${window}" is not a window such as 60s, 5m, 1h or 7d, up to 400d`);
  const options = readOptions(rest.trim().split(' '), bad);
  const clear = options.clear ?? defaultClear(bound as '>' | '<', threshold);
  if (bound === '>' ? clear > threshold : clear < threshold) {
    throw bad(`clear ${clear} is on the firing side of ${threshold}`);
  }
  return {
    ...{ text, metric: metric as AlertRule['metric'], window, seconds, site: options.site },
    ...{ bound: bound as AlertRule['bound'], threshold, clear, hold: options.hold ?? 0 },
  };
}

function readOptions(words: readonly string[], bad: (message: string) => HitError) {
  const options: { site?: string; clear?: number; hold?: number } = {};
  for (let at = 0; at < words.length && words[at] !== ''; at += 2) {
    const [name, value = ''] = [words[at], words[at + 1]];
    if (name === 'site') {
      options.site = siteName(value);
      if (options.site === '') throw bad(`site "${value}" is not a host name`);
    } else if (name === 'clear') {
      options.clear = readCount(value) ?? Number.NaN;
      if (Number.isNaN(options.clear)) throw bad(`clear "${value}" is not a number such as 900`);
    } else if (name === 'for') {
      options.hold = (readWindow(value) ?? Number.NaN) * 1000;
      if (Number.isNaN(options.hold)) throw bad(`for "${value}" is not a time such as 30s`);
    } else {
      throw bad(`"${name}" is not site, clear or for`);
    }
  }
  return options;
}

/** Counts are integers: rounded so that even the smallest threshold can clear. */
function defaultClear(bound: '>' | '<', threshold: number): number {
  return bound === '>' ? Math.ceil(threshold * 0.9) : Math.floor(threshold * 1.1);
}

function readCount(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
