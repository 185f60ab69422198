import { withoutHidden } from './hidden-characters.ts';

/** The beginning of a text from outside for display, with an ellipsis if it is longer. */
export function excerpt(text: string, longest: number): string {
  const shown = withoutHidden(text.slice(0, longest).toWellFormed(), '·');
  return text.length > longest ? `${shown}…` : shown;
}

/** Client input, shortened for display. */
export function printable(text: string): string {
  return withoutHidden(text.slice(0, 100).toWellFormed(), '\ufffd');
}
