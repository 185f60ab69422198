/** Dimensions that hits are ranked and filtered by, and rolled up: each is a column of hits. */
export const DIMENSIONS = [
  'path',
  'referrer',
  'source',
  'country',
  'browser',
  'os',
  'device',
  'language',
  'utm_source',
  'utm_medium',
  'utm_campaign',
  'name',
  'bot',
] as const;

export type Dimension = (typeof DIMENSIONS)[number];
