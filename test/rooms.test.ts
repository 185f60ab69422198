import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { test } from 'node:test';
import { faults, ROOMS } from './rooms.ts';

const SRC = join(import.meta.dirname, '..', 'src');

function faultsOf(file: string, source: string): string[] {
  return faults(new Map([[file, source]]));
}

test('src/ follows the rules', () => {
  const files = globSync('**/*.ts', { cwd: SRC })
    .map((file) => file.replaceAll(sep, '/'))
    .filter((file) => !file.endsWith('.test.ts') && !file.endsWith('.d.ts'))
    .sort();
  assert.notEqual(files.length, 0);
  const found = faults(new Map(files.map((file) => [file, readFileSync(join(SRC, file), 'utf8')])));
  assert.equal(found.join('\n'), '');
});

test('each room has one place', () => {
  assert.equal(new Set(ROOMS).size, ROOMS.length);
});

test('an import from an earlier room or the same one is allowed', () => {
  const source = `import { HitError } from '../errors.ts';\nimport type { Hit } from '../hit/hit.ts';\nimport './open.ts';\nrun();`;
  assert.deepEqual(faultsOf('store/store.ts', source), []);
});

test('an import from a later room is named, however it is written', () => {
  for (const source of [
    `import { serve } from '../http/server.ts';\nserve();`,
    `import type { Server } from '../http/server.ts';\nexport type A = Server;`,
    `export { serve } from "../http/server.ts";\nrun();`,
    `const { serve } = await import('../http/server.ts');`,
    `new Worker(new URL('../http/server.ts', import.meta.url));`,
  ]) {
    assert.deepEqual(faultsOf('store/store.ts', source), [
      'src/store/store.ts: a file imports from its own room and the rooms before it; "store" is before "http" (../http/server.ts)',
    ]);
  }
});

test('an import in a comment does not count', () => {
  assert.deepEqual(
    faultsOf('hit/hit.ts', `/** import { x } from '../store/open.ts'; */\n// '../http/server.ts'\nrun();`),
    [],
  );
});

test('files that import one another in a cycle are named', () => {
  const files = (...imports: [string, string][]) =>
    faults(
      new Map(imports.map(([file, path]) => [file, `import type { A } from '${path}';\nexport type B = A;`])),
    );
  assert.deepEqual(files(['hit/a.ts', './b.ts'], ['hit/b.ts', './c.ts'], ['hit/c.ts', './a.ts']), [
    'src/hit/a.ts → hit/b.ts → hit/c.ts → hit/a.ts: files import one another in a circle; move what both need to a file of its own',
  ]);
  assert.deepEqual(files(['hit/a.ts', './b.ts'], ['hit/b.ts', './c.ts'], ['hit/d.ts', './b.ts']), []);
});

test('a folder that is not a room is named', () => {
  assert.match(faultsOf('utils/text.ts', 'run();').join(), /src\/utils\/text\.ts: "utils" is no room/);
});

test('a file of re-exports is a barrel, and only the interfaces for programs may be one', () => {
  const source = `import type { Hit } from './hit.ts';\nexport type { Hit };\nexport * from './site.ts';\nexport {\n  a,\n} from './a.ts';\n`;
  const barrel = source.replace(`import type { Hit } from './hit.ts';\nexport type { Hit };\n`, '');
  assert.match(
    faultsOf('hit/all.ts', barrel).join(),
    /src\/hit\/all\.ts: only src\/index\.ts and src\/library\/ are barrels/,
  );
  assert.deepEqual(faultsOf('index.ts', barrel.replaceAll('.//', './hit/')), []);
  assert.deepEqual(faultsOf('library/hit.ts', barrel.replaceAll('./', '../hit/')), []);
  assert.deepEqual(faultsOf('hit/all.ts', `${barrel}export const b = 1;\n`), []);
});

test('the command line and the environment are read only by the program’s entry', () => {
  for (const source of [
    'const port = process.env.HIT_PORT;',
    'run(process.argv.slice(2));',
    'const { env } = process;',
    `import { argv } from 'node:process';\nrun(argv);`,
  ]) {
    assert.match(
      faultsOf('http/server.ts', source).join(),
      /only config\.ts and program\.ts and cli\.ts read process\.argv and process\.env/,
    );
    assert.deepEqual(faultsOf('config.ts', source), []);
  }
  assert.deepEqual(faultsOf('http/server.ts', 'process.on(signal, stop);'), []);
});

test('a file may have 300 lines, and not one more', () => {
  assert.deepEqual(faultsOf('hit/hit.ts', 'run();\n'.repeat(300)), []);
  assert.match(faultsOf('hit/hit.ts', 'run();\n'.repeat(301)).join(), /at most 300 lines, this one has 301/);
});
