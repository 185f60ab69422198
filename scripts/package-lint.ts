/** What can be seen of a packed package without installing it. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

/** The entries that may need neither Node nor a package, so that they run in Workers and browsers. */
const LIGHT = ['./simple', './rate', './sketch', './client'];
/**
 * `require` of an ES module is what is meant: Node does it from 20.19 and 22.12 on, and TypeScript from 5.8 on; an earlier one does
 * with `"module": "commonjs"`.
 */
const MEANT = 'CJSResolvesToESM';

interface Manifest {
  readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>;
  readonly typesVersions: { readonly '*': Readonly<Record<string, readonly string[]>> };
}

/** @param archive path of the packed package @throws AssertionError that lists the problems */
export async function lintArchive(archive: string): Promise<void> {
  const bytes = new Uint8Array(readFileSync(archive));
  const { messages, pkg } = await publint({ pack: { tarball: bytes.slice().buffer }, strict: true });
  const found = messages.map((message) => formatMessage(message, pkg, { color: false }));
  assert.deepEqual(found, [], 'publint found problems');

  const result = await checkPackage(createPackageFromTarballData(bytes));
  assert.ok(result.types, 'the package has no types');
  const problems = result.problems.filter(({ kind }) => kind !== MEANT);
  assert.deepEqual(problems, [], 'the types are wrong');
}

/** @param home folder of the unpacked package @throws AssertionError that names what is wrong */
export function lintFolder(home: string): void {
  const manifest: Manifest = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'));
  for (const [entry, target] of Object.entries(manifest.exports)) {
    if (typeof target === 'string' || entry === '.') continue;
    const name = entry.slice(2);
    assert.deepEqual(manifest.typesVersions['*'][name], [target.types], `typesVersions lacks ${name}`);
    assertOwn(home, target.types);
    if (LIGHT.includes(entry)) assertOwn(home, target.default);
  }
  assert.deepEqual(deadLinks(home, 'README.md'), [], 'README.md links to what the package does not have');
}

/** The file, and those that it imports, are of the package itself: they need no other package, and nothing of Node. */
function assertOwn(home: string, entry: string): void {
  const open = [join(home, entry)];
  for (const file of open) {
    const code = readFileSync(file, 'utf8').replaceAll(/\/\*[\s\S]*?\*\//g, '');
    for (const [, name = ''] of code.matchAll(/(?:\bfrom |^import |\bimport\()['"]([^'"\n]+)['"]/gm)) {
      assert.ok(name.startsWith('.'), `${entry} needs ${name}, in ${relative(home, file)}`);
      const target = join(dirname(file), file.endsWith('.d.ts') ? name.replace(/\.[jt]s$/, '.d.ts') : name);
      if (!open.includes(target)) open.push(target);
    }
  }
}

/** Relative links of a page to files that are not there. */
function deadLinks(home: string, page: string): string[] {
  const links = readFileSync(join(home, page), 'utf8').matchAll(/\]\((?!https?:|#)([^)#\s]+)/g);
  return Array.from(links, ([, link]) => normalize(link!)).filter((link) => !existsSync(join(home, link)));
}
