/** Dimension that hits are ranked and filtered by → its column in the store. */
const COLUMNS = {
  path: 'path',
  referrer: 'referrer',
  source: 'source',
  country: 'country',
  browser: 'browser',
  os: 'os',
  device: 'device',
  language: 'language',
  utm_source: 'utm_source',
  utm_medium: 'utm_medium',
  utm_campaign: 'utm_campaign',
  name: 'name',
  bot: 'bot',
} as const;

export type Dimension = keyof typeof COLUMNS;
export const DIMENSIONS = Object.keys(COLUMNS) as readonly Dimension[];

/** The column of a dimension. */
export function columnOf(dimension: Dimension): string {
  return COLUMNS[dimension];
}
