/** Each class, function and method of the library has an example in its documentation, and each example gives what it says. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { before, describe, it, type TestContext } from 'node:test';
import { inspect } from 'node:util';
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import Koa from 'koa';
import * as library from '../src/index.ts';
import { hitTracker as forExpress } from '../src/middleware/express.ts';
import { hitTracker as forFastify } from '../src/middleware/fastify.ts';
import { hitTracker as forHono } from '../src/middleware/hono.ts';
import { hitTracker as forKoa } from '../src/middleware/koa.ts';
import { hitTracker as forNode } from '../src/middleware/node.ts';
import { FIREFOX } from './fixtures/any-server.ts';
import { placeEmptyStore } from './fixtures/empty-store.ts';
import { group } from './fixtures/file-scope.ts';
import { temporaryFolder } from './fixtures/temporary.ts';

const SOURCE = join(import.meta.dirname, '../src');
const LIBRARY = '{errors,hit/hash,sketch/*,trackers/{simple,rate,db,visit-queries}}{,.ts}';
/** The methods of a base class that is not public itself. */
const OWNERS: Readonly<Record<string, string>> = { VisitQueries: 'DBTracker' };

interface Documented {
  /** The class or function, or the class and its method. */
  readonly name: string;
  readonly isInternal: boolean;
  readonly example: string | undefined;
}

/** A file's exports and their methods that have a comment. */
function documentedIn(file: string): Documented[] {
  const text = readFileSync(join(SOURCE, file), 'utf8');
  const found = text.matchAll(
    /\/\*\*((?:(?!\*\/)[\s\S])*?)\*\/\s*(export (?:abstract )?(?:class|function) (\w+)|(?:static |async |protected |abstract )*(\w+)\()/g,
  );
  let owner = '';
  return Array.from(found, ([, comment = '', , exported, method]) => {
    if (exported) owner = OWNERS[exported] ?? exported;
    const [, code] = /@example\s+([\s\S]*?)(?:\n\s*\* @|$)/.exec(comment) ?? [];
    return {
      name: exported ? owner : `${owner}.${method}`,
      isInternal: comment.includes('@internal'),
      example: code?.replaceAll(/^\s*\* ?/gm, '').trimEnd(),
    };
  });
}

/** The classes, functions and methods that a program can call, by name. */
function publicNames(): string[] {
  return Object.entries(library).flatMap(([name, value]) => [
    name,
    ...methodsOf(value).map((method) => `${name}.${method}`),
  ]);
}

function methodsOf(value: object): string[] {
  const holders = [value];
  const { prototype } = value as { readonly prototype?: object };
  for (
    let at = prototype;
    at && at !== Object.prototype && at !== Error.prototype;
    at = Object.getPrototypeOf(at)
  )
    holders.push(at);
  return holders.flatMap((holder) =>
    Object.entries(Object.getOwnPropertyDescriptors(holder))
      .filter(([name, { value: method }]) => typeof method === 'function' && name !== 'constructor')
      .map(([name]) => name),
  );
}

const DOCUMENTED = globSync(LIBRARY, { cwd: SOURCE })
  .filter((file) => file.endsWith('.ts') && !file.includes('.test.'))
  .flatMap(documentedIn);
const INTERNAL = new Set(DOCUMENTED.filter(({ isInternal }) => isInternal).map(({ name }) => name));
const PUBLIC = publicNames().filter((name) => !INTERNAL.has(name));
const EXAMPLES = DOCUMENTED.filter(({ name, example }) => example !== undefined && PUBLIC.includes(name));

/**
 * Runs an example. Each line that ends with a comment of a value must have it: `…` stands for more digits.
 *
 * @param given what the example may name
 * @returns how many values it had
 */
async function runExample(example: string, given: Readonly<Record<string, unknown>>): Promise<number> {
  let checks = 0;
  const check = (value: unknown, expected: string) => {
    checks++;
    const text = inspect(value, { breakLength: Number.POSITIVE_INFINITY });
    const pattern = expected.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&').replaceAll('…', '[.\\d]*');
    assert.match(text, new RegExp(`^${pattern}$`));
  };
  const checked = example
    .replaceAll("'./data'", 'dataDir')
    .replaceAll(
      /^(\s*)(.*?); \/\/ ((?:[\d'[{]|true$|false$).*)$/gm,
      (_, indent, expression, expected) => `${indent}check(${expression}, ${JSON.stringify(expected)});`,
    );
  const all = { ...given, check };
  await new Function(...Object.keys(all), `return (async () => { ${checked}\n })();`)(...Object.values(all));
  return checks;
}

async function assertGives(
  { example }: Documented,
  t: TestContext,
  given: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const checks = await runExample(example!, {
    ...library,
    ...given,
    dataDir: temporaryFolder(t),
    key: new Uint8Array(16),
    request: new Request('https://example.com/', { headers: { 'user-agent': FIREFOX } }),
  });
  if (example!.includes('; // ')) assert.ok(checks > 0, 'no value of it is checked');
}

describe('the documentation of the library', () => {
  for (const name of PUBLIC)
    it(`has an example of ${name}`, () => {
      assert.ok(EXAMPLES.some((example) => example.name === name));
    });

  for (const documented of EXAMPLES.filter(({ example }) => !isOfOpenDatabase(example!)))
    it(`gives what it says: ${documented.name}`, (t) => assertGives(documented, t));
});

/** Whether an example takes an open tracker for granted. */
function isOfOpenDatabase(example: string): boolean {
  return /\bdb\./.test(example) && !example.includes('DBTracker.open');
}

describe('the documentation of DBTracker, of three visitors', () => {
  const own = group();
  let db: library.DBTracker;

  before(async () => {
    const dataDir = temporaryFolder(own);
    placeEmptyStore(join(dataDir, 'store'));
    db = await library.DBTracker.open({ dataDir });
    for (const [visitor, path] of [
      ['ann', '/pricing'],
      ['ann', '/signup'],
      ['cid', '/pricing'],
    ] as const)
      await db.track({ visitor, site: 'example.com', path });
  });

  // One of them tracks the third visitor, and the last one closes the tracker.
  const examples = EXAMPLES.filter(({ example }) => isOfOpenDatabase(example!));
  const rank = ({ name }: Documented) => ['DBTracker.track', 'DBTracker.close'].indexOf(name);
  const order = [0, -1, 1];
  for (const documented of examples.toSorted((a, b) => order.indexOf(rank(a)) - order.indexOf(rank(b))))
    it(`gives what it says: ${documented.name}`, (t) => assertGives(documented, t, { db }));
});

describe('the documentation of the middleware', () => {
  for (const [name, hitTracker, app] of [
    ['express', forExpress, express],
    ['fastify', forFastify, fastify],
    ['hono', forHono, () => new Hono()],
    ['koa', forKoa, () => new Koa()],
    ['node', forNode, () => undefined],
  ] as const)
    it(`has an example that runs: ${name}`, async (t) => {
      const [documented] = documentedIn(`middleware/${name}.ts`).filter(({ example }) => example);
      assert.equal(documented?.name, 'hitTracker');
      const created = (...listeners: Parameters<typeof createServer>) => {
        const server = createServer(...listeners);
        t.after(() => server.close());
        return server;
      };
      const example = documented.example!.replace('listen(8080)', 'listen(0)');
      await runExample(example, { hitTracker, app: app(), createServer: created });
    });
});
