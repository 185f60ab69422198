import { withoutHidden } from './hidden-characters.ts';

/** Client input, shortened for display. */
export function printable(text: string): string {
  return withoutHidden(text.slice(0, 100).toWellFormed(), '\ufffd');
}
