/**
 * The canonical name of an IANA time zone; undefined for any other text.
 *
 * @example
 * timeZoneOf('europe/berlin'); // 'Europe/Berlin'
 */
export function timeZoneOf(text: string): string | undefined {
  // This runtime accepts an offset as a time zone, but the store does not.
  if (/^[+-]/.test(text)) return undefined;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}
