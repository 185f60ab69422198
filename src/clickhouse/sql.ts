import { readdirSync, readFileSync } from 'node:fs';
import { HitError } from '../errors.ts';

const QUERIES = new URL('./queries/', import.meta.url);
const SCHEMA = new URL('./schema/', import.meta.url);

/** Pieces of queries with files of their own, which other queries include as `{{name}}`. */
const PIECES = [
  'asked',
  'cell',
  'cells',
  'convert_horizon',
  'filter',
  'one_block',
  'person',
  'ranks',
  'rolled',
  'rollup_writers',
];

/** SQL that replaces each `{{name}}` of a query that is not a piece; never contains external input. */
export type Fragments = Readonly<Record<string, string>>;

/** Defaults: all hits of the table `hits`. */
const USUAL: Fragments = { hits: 'hits', filters: 'true' };

/** Text of `queries/<name>.sql`, with its pieces inserted. */
function load(name: string): string {
  const text = readFileSync(new URL(`${name}.sql`, QUERIES), 'utf8');
  return text.replaceAll(/\{\{(\w+)\}\}/g, (mark, piece: string) =>
    PIECES.includes(piece) ? load(piece).trim() : mark,
  );
}

const texts = new Map<string, string>();

/** Text of a query, from `queries/`. */
export function queryText(name: string, fragments: Fragments = {}): string {
  let text = texts.get(name);
  if (text === undefined) {
    text = load(name);
    texts.set(name, text);
  }
  return text.replaceAll(/\{\{(\w+)\}\}/g, (mark, name: string) => fragments[name] ?? USUAL[name] ?? mark);
}

export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly statements: readonly string[];
}

/** The migrations that build the schema, in order, from `schema/`. */
export function migrations(folder: URL = SCHEMA): Migration[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .sort()
    .map((file) => {
      const version = Number(/^(\d{4})_/.exec(file)?.[1]);
      if (!version) throw new HitError('internal', `${file} does not begin with four digits`);
      const text = readFileSync(new URL(file, folder), 'utf8').replaceAll(/^\s*--.*$/gm, '');
      const statements = text.split(/;\s*$/m).filter((statement) => statement.trim() !== '');
      return { version, name: file.slice(5, -4), statements };
    });
}
