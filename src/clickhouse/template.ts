/**
 * The placeholders in SQL files. Only the text of a file is searched for them, never what was put into it, so that what a
 * visitor or a user wrote is not taken for one.
 *
 * - `{{name}}`, `{{name:argument, argument}}`: replaced by the dialect's value, or by what the caller gives.
 * - `{{#section}}…{{/section}}`, in the schema: left out where the dialect has no such thing.
 */
import { HitError } from '../errors.ts';
import { type Dialect, type Placeholders, SINGLE } from './dialect.ts';

const PLACEHOLDER = /\{\{(\w+)(?::([^{}]*))?\}\}/g;
const SECTION = /\{\{#(\w+)\}\}([\s\S]*?)\{\{\/\1\}\}/g;

/** Replaces each placeholder by what `replacementOf` returns for its name and arguments; it stays if that is undefined. */
export function replacePlaceholders(
  text: string,
  replacementOf: (name: string, parameters: readonly string[]) => string | undefined,
): string {
  return text.replaceAll(PLACEHOLDER, (placeholder, name: string, list?: string) => {
    const parameters = list === undefined ? [] : list.split(',').map((each) => each.trim());
    return replacementOf(name, parameters) ?? placeholder;
  });
}

/** Keeps the sections that a dialect has. @throws HitError `internal` for a section that no dialect knows */
export function withSections(text: string, { sections }: Dialect): string {
  return text.replaceAll(SECTION, (section, name: string, content: string) => {
    if (!Object.hasOwn(sections, name)) {
      throw new HitError('internal', `no dialect has the section ${section}`);
    }
    return sections[name as keyof typeof sections] ? content : '';
  });
}

/** Whether the dialect has the value of a placeholder, rather than the caller. */
export function isOfDialect(name: string): name is keyof Placeholders {
  return Object.hasOwn(SINGLE.placeholders, name);
}

/** The dialect's value of a placeholder. */
export function dialectValue(
  { placeholders }: Dialect,
  name: keyof Placeholders,
  parameters: readonly string[],
): string {
  return (placeholders[name] as (...parameters: readonly string[]) => string)(...parameters);
}
