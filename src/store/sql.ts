import { readdirSync, readFileSync } from 'node:fs';
import { HitError } from '../errors.ts';

const QUERIES = new URL('./queries/', import.meta.url);
const SCHEMA = new URL('./schema/', import.meta.url);

/** Text of `queries/<name>.sql`, with `{{filter}}` replaced by the file of that name. */
function load(name: string): string {
  const text = readFileSync(new URL(`${name}.sql`, QUERIES), 'utf8');
  return text.replaceAll('{{filter}}', () => load('filter').trim());
}

const texts = new Map<string, string>();

/** Text of a query, from `queries/`. */
export function queryText(name: string): string {
  let text = texts.get(name);
  if (text === undefined) {
    text = load(name);
    texts.set(name, text);
  }
  return text;
}

export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly statements: readonly string[];
}

/** The steps that make the schema, in order, from `schema/`. */
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
