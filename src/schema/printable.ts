/** Client input, shortened for display. */
export function printable(text: string): string {
  return text
    .slice(0, 100)
    .toWellFormed()
    .replaceAll(/[\u0000-\u001f\u007f]/g, '\ufffd');
}
