/** Each class and function of the library has an example in its documentation, and each example gives what it says. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import * as library from '../src/index.ts';
import { FIREFOX } from './fixtures/any-server.ts';
import { temporaryFolder } from './fixtures/temporary.ts';

const SOURCE = join(import.meta.dirname, '../src');

interface Example {
  /** The class or function, or the class and its method. */
  readonly name: string;
  readonly code: string;
}

/** The examples of a file's exports and their methods. */
function examplesOf(text: string): Example[] {
  const documented = text.matchAll(
    /\/\*\*((?:(?!\*\/)[\s\S])*?)\*\/\s*(export (?:abstract )?(?:class|function) (\w+)|(?:static |async )*(\w+)\()/g,
  );
  let owner = '';
  return [...documented].flatMap(([, comment = '', , exported, method]) => {
    if (exported) owner = exported;
    const [, code] = /@example\n([\s\S]*?)(?:\n\s*\* @|$)/.exec(comment) ?? [];
    if (code === undefined) return [];
    return { name: exported ?? `${owner}.${method}`, code: code.replaceAll(/^\s*\* ?/gm, '').trimEnd() };
  });
}

const PUBLIC = Object.keys(library);
const EXAMPLES = globSync('{errors,hit/hash,sketch/*,trackers/{simple,rate,db}}{,.ts}', { cwd: SOURCE })
  .filter((file) => file.endsWith('.ts') && !file.includes('.test.'))
  .flatMap((file) => examplesOf(readFileSync(join(SOURCE, file), 'utf8')))
  .filter(({ name }) => PUBLIC.includes(name.split('.')[0]!) && name !== 'DBTracker.query');

/** Runs it; each line that ends with a comment of a value must have it. `…` stands for more digits. */
async function runExample({ code }: Example, dataDir: string): Promise<number> {
  let checks = 0;
  const check = (value: unknown, expected: string) => {
    checks++;
    const text = inspect(value, { breakLength: Number.POSITIVE_INFINITY });
    const pattern = expected.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('…', '[.\\d]*');
    assert.match(text, new RegExp(`^${pattern}$`));
  };
  const checked = code
    .replaceAll("'./data'", 'dataDir')
    .replaceAll(
      /^(\s*)(.*?); \/\/ ((?:[\d'[{]|true$|false$).*)$/gm,
      (_, indent, expression, expected) => `${indent}check(${expression}, ${JSON.stringify(expected)});`,
    );
  const given = {
    ...library,
    ...{ check, dataDir, key: new Uint8Array(16) },
    request: new Request('https://example.com/', { headers: { 'user-agent': FIREFOX } }),
  };
  const names = Object.keys(given);
  const body = `return (async () => { ${checked}\n })();`;
  await new Function(...names, body)(...Object.values(given));
  return checks;
}

describe('the documentation of the library', () => {
  for (const name of PUBLIC)
    it(`has an example of ${name}`, () => {
      assert.ok(EXAMPLES.some((example) => example.name === name));
    });

  for (const example of EXAMPLES)
    it(`gives what it says: ${example.name}`, async (t) => {
      assert.ok((await runExample(example, temporaryFolder(t))) > 0, 'it says nothing');
    });
});
