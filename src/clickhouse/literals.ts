export type Literal = number | bigint | string | readonly (number | bigint | string)[];

/**
 * Replaces the parameters of a query with literals. For long-running statements: in the embedded engine, a statement with
 * bound parameters waits for every other one that has some.
 *
 * @param text with parameters such as `{site:String}`
 * @example
 * withLiterals('site = {site:String}', { site: "it's" }); // "site = CAST('it\\'s', 'String')"
 */
export function withLiterals(text: string, parameters: Readonly<Record<string, Literal>>): string {
  return text.replaceAll(/\{(\w+):([^{}]+)\}/g, (parameter, name: string, type: string) => {
    const value = parameters[name];
    return value === undefined ? parameter : `CAST(${literal(value)}, ${quote(type)})`;
  });
}

/** Quotes a text as a string literal of ClickHouse SQL. */
export function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

function literal(value: Literal): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'object') return `[${value.map(literal).join(', ')}]`;
  return String(value);
}
