/**
 * Writes `dist/sbom.cdx.json`: all packages that users of this program get, with their licences and checksums, as CycloneDX.
 *
 * `npm sbom` makes the list from the lock file, for all platforms. It cannot know which development dependencies are part of the
 * dashboard's scripts, so those are taken from the build, and the other ones are left out.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const DASHBOARD_LICENSES = join(ROOT, 'dist/dashboard/assets/licenses.md');
/** Its flags are files of the dashboard. */
const FLAGS = 'country-flag-icons';
const DEVELOPMENT = 'cdx:npm:package:development';

export interface Component {
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version: string;
  readonly scope?: string;
  readonly properties?: readonly { readonly name: string; readonly value: string }[];
  readonly licenses?: readonly {
    readonly license?: { readonly id?: string };
    readonly expression?: string;
  }[];
}

export interface Sbom {
  readonly bomFormat: string;
  readonly specVersion: string;
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

export function writeSbom(): void {
  const { name } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { name: string };
  const shipped = shippedPart(everything(), bundledIn(readFileSync(DASHBOARD_LICENSES, 'utf8')));
  // npm names it after the folder.
  const { metadata } = shipped;
  const named = { ...metadata, component: { ...metadata.component, name } };
  const text = JSON.stringify({ ...shipped, metadata: named }, null, 2);
  writeFileSync(join(ROOT, 'dist/sbom.cdx.json'), `${text}\n`);
}

/** All packages of the lock file, with those for development. */
function everything(): Sbom {
  const args = [
    ...['sbom', '--package-lock-only', '--sbom-format=cyclonedx', '--sbom-type=application'],
    // npm would omit these with NODE_ENV=production, which Vite sets.
    '--include=dev',
  ];
  return JSON.parse(execFileSync('npm', args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 2 ** 26 })) as Sbom;
}

/** Names of the packages in the dashboard, from the list of licences that its build writes. */
export function bundledIn(licenses: string): string[] {
  const names = Array.from(licenses.matchAll(/^## (\S+) - \d/gm), ([, name]) => name!);
  if (names.length === 0) throw new Error(`${DASHBOARD_LICENSES} names no package`);
  return [...names, FLAGS];
}

/**
 * The packages that a program depends on, however indirectly, and those that are part of it.
 *
 * @param bundled names of development dependencies that are part of it
 */
export function shippedPart(all: Sbom, bundled: readonly string[]): Sbom {
  const own = all.metadata.component['bom-ref'];
  const needs = new Map(all.dependencies.map(({ ref, dependsOn }) => [ref, dependsOn]));
  const byRef = new Map(all.components.map((component) => [component['bom-ref'], component]));
  const direct = (needs.get(own) ?? []).filter((ref) => !isForDevelopment(byRef.get(ref)!));
  const parts = all.components.filter(({ name }) => bundled.includes(name));
  const missing = bundled.filter((name) => !parts.some((part) => part.name === name));
  if (missing.length > 0) throw new Error(`package-lock.json lacks ${missing.join(', ')}`);
  const roots = [...direct, ...parts.map((part) => part['bom-ref'])];
  const shipped = new Set(roots);
  for (const ref of shipped) for (const next of needs.get(ref) ?? []) shipped.add(next);
  return {
    ...all,
    components: all.components
      .filter((component) => shipped.has(component['bom-ref']))
      .map((component) => (isForDevelopment(component) ? asPart(component) : component)),
    dependencies: [
      { ref: own, dependsOn: roots },
      ...all.dependencies.filter(({ ref }) => ref !== own && shipped.has(ref)),
    ],
  };
}

function isForDevelopment({ properties = [] }: Component): boolean {
  return properties.some(({ name, value }) => name === DEVELOPMENT && value === 'true');
}

function asPart(component: Component): Component {
  const properties = component.properties?.filter(({ name }) => name !== DEVELOPMENT) ?? [];
  return { ...component, scope: 'required', properties };
}
