import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { HitError, messageOf } from '../errors.ts';
import { writeAtomicallySync } from '../files/atomic.ts';
import { type AlertRule, MAX_RULES, readAlertRules } from './alert-rule.ts';

/** What was last read for a rule. */
export interface AlertReading {
  readonly count: number;
  /** When the alert fired, in milliseconds since 1970; undefined if it is off. */
  readonly firedAt: number | undefined;
}

/** A rule, and its state. */
export interface WatchedRule {
  /** Made of its text. */
  readonly id: string;
  readonly rule: AlertRule;
  /** Whether it is given by `--alert`, and cannot be removed here. */
  readonly isFixed: boolean;
  /** Undefined until it is first read. */
  readonly reading: AlertReading | undefined;
}

/**
 * The rules of alerts: those of `--alert`, and others that an administrator adds and removes while the server runs, which are in
 * `alert-rules.json` in the data folder.
 *
 * @example
 * const rules = new AlertRules('./data', readAlertRules(['hits in 1h < 10']));
 * rules.add('visitors in 5m > 1000');
 */
export class AlertRules {
  readonly #path: string;
  readonly #fixed: readonly AlertRule[];
  #added: readonly AlertRule[];
  /** By the text of the rule. */
  readonly #readings = new Map<string, AlertReading>();

  /** @throws HitError `data_dir_unusable` if the file is damaged */
  constructor(folder: string, fixed: readonly AlertRule[]) {
    this.#path = join(folder, 'alert-rules.json');
    this.#fixed = fixed;
    // One that `--alert` gives now, too, is fixed.
    this.#added = read(this.#path).filter(({ text }) => fixed.every((each) => each.text !== text));
  }

  /** All rules, those of `--alert` first. */
  get current(): readonly AlertRule[] {
    return [...this.#fixed, ...this.#added];
  }

  list(): WatchedRule[] {
    return this.current.map((rule) => ({
      id: idOf(rule),
      rule,
      isFixed: this.#fixed.includes(rule),
      reading: this.#readings.get(rule.text),
    }));
  }

  /** Keeps what was read for a rule. */
  saw({ text }: AlertRule, reading: AlertReading): void {
    this.#readings.set(text, reading);
  }

  /**
   * Adds a rule, which is watched from then on.
   *
   * @param text such as `visitors in 5m > 1000 site a.com`
   * @throws HitError `invalid` if it is no rule, exists, or is one too many; `data_dir_unusable`, and nothing is changed then
   */
  add(text: string): WatchedRule {
    const spaced = text.trim().replaceAll(/\s+/g, ' ');
    if (this.current.some((rule) => rule.text === spaced)) {
      throw new HitError('invalid', `alert "${spaced}" already exists`);
    }
    if (this.current.length >= MAX_RULES) throw new HitError('invalid', `${MAX_RULES} alerts already exist`);
    const rule = readRule(text);
    this.#keep([...this.#added, rule]);
    return { id: idOf(rule), rule, isFixed: false, reading: undefined };
  }

  /**
   * Removes a rule. If its alert is on, nothing is reported.
   *
   * @returns whether there was such a rule
   * @throws HitError `invalid` if it is given by `--alert`; `data_dir_unusable`, and nothing is changed then
   */
  remove(id: string): boolean {
    const removed = this.current.find((rule) => idOf(rule) === id);
    if (!removed) return false;
    if (this.#fixed.includes(removed)) {
      throw new HitError('invalid', `alert "${removed.text}" is given by --alert: remove it there`);
    }
    this.#keep(this.#added.filter((rule) => rule !== removed));
    this.#readings.delete(removed.text);
    return true;
  }

  /** Whether an added rule is about a site. */
  has(site: string): boolean {
    return this.#added.some((rule) => rule.site === site);
  }

  /**
   * Removes the added rules about a site: a rule about low counts would fire as soon as the site is deleted.
   *
   * @throws HitError `data_dir_unusable`, and nothing is changed then
   */
  removeSite(site: string): void {
    const removed = this.#added.filter((rule) => rule.site === site);
    if (removed.length === 0) return;
    this.#keep(this.#added.filter((rule) => rule.site !== site));
    for (const { text } of removed) this.#readings.delete(text);
  }

  #keep(rules: readonly AlertRule[]): void {
    writeAtomicallySync(
      this.#path,
      `${JSON.stringify({ alerts: rules.map(({ text }) => text) }, null, 2)}\n`,
    );
    this.#added = rules;
  }
}

/** @throws HitError `invalid` */
function readRule(text: string): AlertRule {
  try {
    return readAlertRules([text])[0]!;
  } catch (error) {
    if (!(error instanceof HitError)) throw error;
    // On the command line it is a flag.
    throw new HitError('invalid', error.message.replace(/^--alert /, 'alert '));
  }
}

function idOf({ text }: AlertRule): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

function read(path: string): AlertRule[] {
  if (!existsSync(path)) return [];
  try {
    const { alerts } = JSON.parse(readFileSync(path, 'utf8')) as { alerts?: unknown };
    if (Array.isArray(alerts) && alerts.every((text) => typeof text === 'string'))
      return readAlertRules(alerts);
    throw new Error('it holds no list of alerts');
  } catch (error) {
    const message = `${path} cannot be read: ${messageOf(error)}. Restore it from a backup, or delete it: it holds the alerts that were added in the dashboard`;
    throw new HitError('data_dir_unusable', message, { cause: error });
  }
}
