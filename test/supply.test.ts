/** What this program is made of: licences, install scripts and checksums of its packages, and the list that users get of them. */

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { bundledIn, type Component, type Sbom, shippedPart } from '../scripts/sbom.ts';

const ROOT = join(import.meta.dirname, '..');

interface Locked {
  readonly version: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly os?: readonly string[];
  readonly integrity?: string;
  readonly hasInstallScript?: boolean;
}

function json<Content>(path: string): Content {
  return JSON.parse(readFileSync(join(ROOT, path), 'utf8')) as Content;
}

const manifest = json<{ license: string; allowScripts: Record<string, boolean> }>('package.json');
const packages = Object.entries(json<{ packages: Record<string, Locked> }>('package-lock.json').packages)
  .filter(([path]) => path !== '')
  .map(([path, locked]) => ({ name: path.slice(path.lastIndexOf('node_modules/') + 13), ...locked }));

/** Licences whose only condition is to keep their text, or none: whoever uses this program may do so under its own licence. */
const PERMISSIVE = new Set([
  ...['Apache-2.0', 'MIT', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'BlueOak-1.0.0'],
  ...['CC0-1.0', 'Unlicense'],
]);
/** Packages for development under other licences, which are no part of what users get. */
const ONLY_FOR_DEVELOPMENT: readonly (readonly [name: RegExp, license: string])[] = [
  [/^axe-core$/, 'MPL-2.0'],
  [/^lightningcss(?:-[\w-]+)?$/, 'MPL-2.0'],
];
/** Packages whose metadata has the licence elsewhere, or only as a text. */
const READ_BY_US: Readonly<Record<string, string>> = { 'hyperloglog-lite': 'MIT' };

/** Whether an expression of SPDX lets us choose a permissive licence. */
function isPermissive(license: string): boolean {
  return license
    .replaceAll(/[()]/g, '')
    .split(' OR ')
    .some((each) => PERMISSIVE.has(each));
}

describe('the packages', () => {
  it('have licences that allow their use in this program, and none that binds its users', () => {
    assert.ok(packages.length > 300);
    for (const { name, dev, license = READ_BY_US[name] } of packages) {
      assert.ok(license, `${name} has no licence: read its text, and name it in this test`);
      const isExempt = ONLY_FOR_DEVELOPMENT.some(([names, text]) => names.test(name) && text === license);
      assert.ok(isPermissive(license) || (dev && isExempt), `${name}: ${license}`);
    }
  });

  it('run no install scripts, except those that package.json names', () => {
    const scripts = packages.filter(({ hasInstallScript }) => hasInstallScript).map(({ name }) => name);
    assert.deepEqual([...new Set(scripts)].sort(), Object.keys(manifest.allowScripts).sort());
    const allowed = Object.keys(manifest.allowScripts).filter((name) => manifest.allowScripts[name]);
    assert.deepEqual(allowed, ['node']);
  });

  it('are pinned by a checksum, except builds for other systems that the registry in use does not have', () => {
    for (const { name, integrity, os } of packages) {
      if (integrity === undefined) assert.ok(os, name);
      else assert.match(integrity, /^sha512-/, name);
    }
  });
});

describe('the list of packages that users get', () => {
  const component = (name: string, isForDevelopment: boolean): Component => ({
    ...{ 'bom-ref': `${name}@1`, name, version: '1', scope: isForDevelopment ? 'optional' : 'required' },
    properties: isForDevelopment ? [{ name: 'cdx:npm:package:development', value: 'true' }] : [],
  });
  /** `app` needs `server`, which needs `parser`; it is built by `builder`, which needs `parser` and `tool`, with `page` in it. */
  const all: Sbom = {
    ...{ bomFormat: 'CycloneDX', specVersion: '1.5', metadata: { component: component('app', false) } },
    components: [
      ...['server', 'parser'].map((name) => component(name, false)),
      ...['builder', 'tool', 'page', 'signals'].map((name) => component(name, true)),
    ],
    dependencies: [
      { ref: 'app@1', dependsOn: ['server@1', 'builder@1', 'page@1'] },
      { ref: 'server@1', dependsOn: ['parser@1'] },
      { ref: 'builder@1', dependsOn: ['parser@1', 'tool@1'] },
      { ref: 'page@1', dependsOn: ['signals@1'] },
      ...['parser@1', 'tool@1', 'signals@1'].map((ref) => ({ ref, dependsOn: [] })),
    ],
  };

  it('has dependencies of dependencies and what is built into the dashboard, and no tools', () => {
    const { components, dependencies } = shippedPart(all, ['page']);
    assert.deepEqual(
      components.map(({ name, scope, properties }) => [name, scope, properties]),
      ['server', 'parser', 'page', 'signals'].map((name) => [name, 'required', []]),
    );
    assert.deepEqual(dependencies, [
      { ref: 'app@1', dependsOn: ['server@1', 'page@1'] },
      { ref: 'server@1', dependsOn: ['parser@1'] },
      { ref: 'page@1', dependsOn: ['signals@1'] },
      { ref: 'parser@1', dependsOn: [] },
      { ref: 'signals@1', dependsOn: [] },
    ]);
  });

  it('is not made if a package in the dashboard is unknown, or the build names none', () => {
    assert.throws(() => shippedPart(all, ['page', 'chart']), /lacks chart/);
    assert.throws(() => bundledIn('# Licenses\n'), /names no package/);
    assert.deepEqual(bundledIn('## @a/b - 1.2.3 (MIT)\n\ntext\n\n## c - 1.0.0 (MIT)\n'), [
      ...['@a/b', 'c', 'country-flag-icons'],
    ]);
  });
});

it('SECURITY.md says where to report a vulnerability, and its links lead somewhere', () => {
  const page = readFileSync(join(ROOT, 'SECURITY.md'), 'utf8');
  assert.match(page, /^## Report a vulnerability$/m);
  const links = Array.from(page.matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g), ([, path]) => path!);
  assert.ok(links.length > 3);
  for (const path of links) assert.ok(existsSync(join(ROOT, path)), path);
});
