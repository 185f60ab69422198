/** Columns of `visits` with the values of a visit's first hit, which have the same names in `hits`. */
const FIRST_HIT_COLUMNS = [
  'bot',
  'source',
  'referrer',
  'utm_source',
  'utm_medium',
  'utm_campaign',
  'country',
  'browser',
  'os',
  'device',
  'language',
  'utm_term',
  'utm_content',
  'click_id',
  'region',
  'city',
  'browser_version',
  'os_version',
  'screen',
] as const;

/** Columns of `visits` after `site` and `start`, without `version` and `deleted`, which tell apart the states of a visit. */
const REST = [
  ...['visitor', 'duration', 'leads', 'batch', 'exit_batch', 'exit_lag', 'entry_page', 'exit_page'],
  ...FIRST_HIT_COLUMNS,
  ...['pageviews', 'events', 'interactive_events', 'hits', 'scroll'],
];

const TEXTS: ReadonlySet<string> = new Set(['entry_page', 'exit_page', ...FIRST_HIT_COLUMNS]);

/** SQL: the columns of a visit. */
export const VISIT_COLUMNS = ['site', 'start', ...REST].join(', ');

/** The fragments of `visits_step.sql` that are about columns. */
export const VISIT_FRAGMENTS = {
  columns: VISIT_COLUMNS,
  /** Prefix of columns of hits: visits have some of the same names. */
  of: 'hits.',
  /** A mark of deletion ends where the joined visit does, not before what it deletes: a purge takes both, or neither. */
  columns_after_start: REST.join(', ').replace('duration', 'toUInt64(finish_ms - key) AS duration'),
  dimensions: FIRST_HIT_COLUMNS.join(', '),
  first_values: FIRST_HIT_COLUMNS.map((column) => `argMin(h.${column}, first) AS ${column}`).join(', '),
  /** When a stored visit begins with its signals, in milliseconds. */
  reach:
    'if(empty(v.leads), toUnixTimestamp64Milli(v.start), least(toUnixTimestamp64Milli(v.start), toInt64(bitShiftRight(v.leads[1], 8))))',
  /** Later than every hit. */
  never: 'bitNot(toUInt128(0))',
  no_values: REST.slice(1)
    .map((column) => {
      if (column === 'leads') return 'emptyArrayUInt64()';
      return TEXTS.has(column) ? "''" : '0';
    })
    .join(', '),
} as const;
