/**
 * The marks in SQL files. Only the text of a file is read for marks, never what was put into it, so that what a visitor
 * or a user wrote is no mark.
 *
 * - `{{name}}`, `{{name:argument, argument}}`: replaced by a piece of the dialect, or by what the caller gives.
 * - `{{#section}}…{{/section}}`, in the schema: left out where the dialect has no such thing.
 */
import { HitError } from '../errors.ts';
import { type Dialect, type Pieces, SINGLE } from './dialect.ts';

const MARK = /\{\{(\w+)(?::([^{}]*))?\}\}/g;
const SECTION = /\{\{#(\w+)\}\}([\s\S]*?)\{\{\/\1\}\}/g;

/** Replaces each mark by what `pieceOf` returns for its name and arguments; it stays if that is undefined. */
export function replaceMarks(
  text: string,
  pieceOf: (name: string, parameters: readonly string[]) => string | undefined,
): string {
  return text.replaceAll(MARK, (mark, name: string, list?: string) => {
    const parameters = list === undefined ? [] : list.split(',').map((each) => each.trim());
    return pieceOf(name, parameters) ?? mark;
  });
}

/** Keeps the sections that a dialect has. @throws HitError `internal` for a section that no dialect knows */
export function withSections(text: string, { sections }: Dialect): string {
  return text.replaceAll(SECTION, (mark, name: string, content: string) => {
    if (!Object.hasOwn(sections, name)) throw new HitError('internal', `no dialect has the section ${mark}`);
    return sections[name as keyof typeof sections] ? content : '';
  });
}

/** Whether a mark is one of dialects. */
export function isPiece(name: string): name is keyof Pieces {
  return Object.hasOwn(SINGLE.pieces, name);
}

/** What a dialect has for a mark. */
export function pieceOf({ pieces }: Dialect, name: keyof Pieces, parameters: readonly string[]): string {
  return (pieces[name] as (...parameters: readonly string[]) => string)(...parameters);
}
