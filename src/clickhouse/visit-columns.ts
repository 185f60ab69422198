/** Dimensions of a visit that are columns of its first hit: its origin, and its client. */
export const ORIGIN_COLUMNS = [
  'referrer',
  'utm_source',
  'utm_medium',
  'utm_campaign',
  'utm_term',
  'utm_content',
] as const;
export const CLIENT_COLUMNS = [
  'country',
  'region',
  'city',
  'browser',
  'browser_version',
  'os',
  'os_version',
  'device',
  'language',
  'screen',
] as const;

/** Columns of `visits` with the values of a visit's first hit, which have the same names in `hits`. */
const FIRST_HIT_COLUMNS: readonly string[] = [
  ...['bot', 'source', 'click_id'],
  ...ORIGIN_COLUMNS,
  ...CLIENT_COLUMNS,
];

/** Columns of `visits` after `site` and `start`, without `version` and `deleted`, which distinguish the states of a visit. */
function rest(firstHit: readonly string[]): string[] {
  return [
    ...['visitor', 'duration', 'leads', 'batch', 'exit_batch', 'exit_lag', 'entry_page', 'exit_page'],
    ...firstHit,
    ...['pageviews', 'events', 'interactive_events', 'hits', 'scroll'],
  ];
}

const TEXTS: ReadonlySet<string> = new Set(['entry_page', 'exit_page', ...FIRST_HIT_COLUMNS]);

/** SQL: the character between the values of a first hit. It is rejected or replaced wherever hits enter. */
const SEPARATOR = "'\\0'";

/** SQL: the columns of a visit. */
export const VISIT_COLUMNS = ['site', 'start', ...rest(FIRST_HIT_COLUMNS)].join(', ');

/** The fragments of `visits_step.sql` with columns. */
export const VISIT_FRAGMENTS = fragmentsOf(FIRST_HIT_COLUMNS);

/** The same for a table that lacks columns of later steps of the schema. @param there its columns */
export function visitFragments(there: ReadonlySet<string>): typeof VISIT_FRAGMENTS {
  return fragmentsOf(FIRST_HIT_COLUMNS.filter((column) => there.has(column)));
}

/** SQL: texts as one. If they contain the separator nevertheless, it is removed, so that each value keeps its column. */
function joined(columns: readonly string[]): string {
  const concat = (each: readonly string[]) => `concat(${each.join(`, ${SEPARATOR}, `)})`;
  const cleaned = columns.map((column) => `replaceAll(${column}, ${SEPARATOR}, '')`);
  const isClean = `countSubstrings(${concat(columns)} AS joined, ${SEPARATOR}) = ${columns.length - 1}`;
  return `if(${isClean}, joined, ${concat(cleaned)})`;
}

function fragmentsOf(firstHit: readonly string[]) {
  const columns = rest(firstHit);
  return {
    columns: ['site', 'start', ...columns].join(', '),
    /** Prefix of columns of hits, as visits have columns with the same names. */
    of: 'hits.',
    /** A deletion row has the end of the joined visit, so that a purge deletes both rows or neither. */
    columns_after_start: columns.join(', ').replace('duration', 'toUInt64(finish_ms - key) AS duration'),
    /** The page and the dimensions of a hit as one text, and those of the first hit of a visit. */
    first_hit: joined(['path', ...firstHit]),
    first_hit_of_visit: joined(['v.entry_page', ...firstHit]),
    first_values: `splitByChar(${SEPARATOR}, argMin(h.first_hit, first)) AS texts, ${[
      'entry_page',
      ...firstHit,
    ]
      .map((column, at) => `texts[${at + 1}] AS ${column}`)
      .join(', ')}`,
    /** When a stored visit begins with its signals, in milliseconds. */
    reach:
      'if(empty(v.leads), toUnixTimestamp64Milli(v.start), least(toUnixTimestamp64Milli(v.start), toInt64(bitShiftRight(v.leads[1], 8))))',
    /** Later than every hit. */
    never: 'bitNot(toUInt128(0))',
    no_values: columns
      .slice(1)
      .map((column) => {
        if (column === 'leads') return 'emptyArrayUInt64()';
        return TEXTS.has(column) ? "''" : '0';
      })
      .join(', '),
  } as const;
}
