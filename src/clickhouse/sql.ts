import { readdirSync, readFileSync } from 'node:fs';
import { HitError } from '../errors.ts';
import { type Dialect, SINGLE } from './dialect.ts';
import { dialectValue, isOfDialect, replacePlaceholders, withSections } from './template.ts';

const QUERIES = new URL('./queries/', import.meta.url);
const SCHEMA = new URL('./schema/', import.meta.url);
/** The table of applied steps, which exists before the first one. */
const HISTORY = '0000_migrations.sql';

/** Fragments of queries with files of their own, which other queries include as `{{name}}`. */
const SHARED_FRAGMENTS = [
  'asked',
  'cell',
  'cells',
  'chosen',
  'convert_horizon',
  'counted',
  'filter',
  'numbered_rows',
  'one_block',
  'person',
  'ranks',
  'request',
  'request_class',
  'rolled',
  'rollup_writers',
  'signal',
  'visits_overnight',
  'visits_writers',
];

/** SQL that replaces each `{{name}}` of a query that is not of the dialect; never contains external input. */
export type Fragments = Readonly<Record<string, string>>;

/** Defaults: all hits of the table `hits`, whose columns need no prefix, of all visitors. */
const DEFAULT_FRAGMENTS: Fragments = { hits: 'hits', filters: 'true', of: '', share: 'true' };

/** Settings of all tables whose inserts are synced before they are acknowledged, and whose merges are synced. */
const FSYNC =
  'fsync_after_insert = 1, fsync_part_directory = 1, min_compressed_bytes_to_fsync_after_merge = 1';

/** Text of `queries/<name>.sql`, with its fragments inserted. */
function load(name: string): string {
  const text = readFileSync(new URL(`${name}.sql`, QUERIES), 'utf8');
  return replacePlaceholders(text, (fragment) =>
    SHARED_FRAGMENTS.includes(fragment) ? load(fragment).trim() : undefined,
  );
}

const texts = new Map<string, string>();

/**
 * Text of a query, from `queries/`. A placeholder without a value stays, except `{{into:table}}`, the table of an insert.
 *
 * @param dialect of the connection that runs it; required if the query changes tables or queries system tables
 * @throws HitError `internal` if it is required and missing
 */
export function queryText(name: string, fragments: Fragments = {}, dialect?: Dialect): string {
  let text = texts.get(name);
  if (text === undefined) {
    text = load(name);
    texts.set(name, text);
  }
  return replacePlaceholders(text, (placeholder, parameters) => {
    if (placeholder === 'into') return fragments.into ?? parameters[0];
    if (!isOfDialect(placeholder)) return fragments[placeholder] ?? DEFAULT_FRAGMENTS[placeholder];
    if (dialect) return dialectValue(dialect, placeholder, parameters);
    throw new HitError(
      'internal',
      `${name}.sql has {{${placeholder}}}: give queryText the dialect of the connection`,
    );
  });
}

export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly statements: readonly string[];
}

/** The migrations that build the schema, in order, from `schema/`. */
export function migrations(dialect: Dialect = SINGLE, folder: URL = SCHEMA): Migration[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.sql') && file !== HISTORY)
    .sort()
    .map((file) => {
      const version = Number(/^(\d{4})_/.exec(file)?.[1]);
      if (!version) throw new HitError('internal', `${file} does not begin with four digits`);
      return { version, name: file.slice(5, -4), statements: statementsIn(file, dialect, folder) };
    });
}

/** Statements that create the table of the migrations that were applied; they may run again. */
export function historyStatements(dialect: Dialect): string[] {
  return statementsIn(HISTORY, dialect, SCHEMA);
}

function statementsIn(file: string, dialect: Dialect, folder: URL): string[] {
  const text = readFileSync(new URL(file, folder), 'utf8').replaceAll(/^\s*--.*$/gm, '');
  const filled = replacePlaceholders(withSections(text, dialect), (name, parameters) => {
    if (name === 'fsync') return FSYNC;
    if (isOfDialect(name)) return dialectValue(dialect, name, parameters);
    throw new HitError('internal', `${file} has {{${name}}}, which no dialect knows`);
  });
  return filled.split(/;\s*$/m).filter((statement) => statement.trim() !== '');
}
