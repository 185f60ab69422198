/**
 * Completes package-lock.json with the builds made for other platforms, and removes the versions of Node that packages ask for.
 *
 * A package with native code lists one optional package for each platform (`@chdb/lib-darwin-arm64`, …).
 * If the registry in use does not offer one of them (a mirror often lacks those not requested yet), npm
 * silently writes a lock file without it; from then on `npm ci` refuses that lock file on every
 * machine. This script writes the missing entries: the version from the package that requires it, the platform
 * from its name. Such an entry has no integrity hash until a lock file is made with a registry that offers it.
 *
 * The Node that runs everything here comes with `npm ci`, as a package. That of the machine only runs npm, so a warning about
 * it for each package that needs a later one misleads.
 *
 * Run it after `npm install`. With `--check` it writes nothing and fails when something is to be done.
 */
import { readFileSync, writeFileSync } from 'node:fs';

interface LockedPackage {
  version?: string;
  cpu?: string[];
  libc?: string[];
  license?: string;
  dev?: boolean;
  engines?: unknown;
  optional?: boolean;
  os?: string[];
  optionalDependencies?: Record<string, string>;
}

type Packages = Record<string, LockedPackage>;

const LOCK = new URL('../package-lock.json', import.meta.url);

const OS = new Set(['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'sunos', 'win32']);
const CPU = new Set(['arm', 'arm64', 'ia32', 'loong64', 'ppc64', 'riscv64', 's390x', 'x64']);
const LIBC = new Map([
  ['gnu', 'glibc'],
  ['musl', 'musl'],
]);

/** Names of the optional packages without an entry, each with the path of the package that requires it. */
function missing(packages: Packages): { name: string; askedBy: string }[] {
  return Object.entries(packages).flatMap(([askedBy, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies)
      .filter((name) => !packages[`node_modules/${name}`] && !packages[`${askedBy}/node_modules/${name}`])
      .map((name) => ({ name, askedBy })),
  );
}

/** The entry that npm would write, except for the integrity hash. */
function entryOf(name: string, dependent: LockedPackage): LockedPackage {
  const version = dependent.optionalDependencies?.[name] ?? '';
  const words = name.split(/[-/]/);
  const os = words.find((word) => OS.has(word));
  const cpu = words.find((word) => CPU.has(word));
  const libc = words.map((word) => LIBC.get(word)).find((word) => word !== undefined);
  // Without a platform npm would fetch it everywhere; with a range there is no single version to write.
  if (!os || !cpu || !/^\d+\.\d+\.\d+/.test(version)) {
    throw new Error(
      `${name}@${version} is not in package-lock.json, and its platform and version are unclear`,
    );
  }
  return {
    version,
    cpu: [cpu],
    ...(dependent.dev && { dev: true }),
    ...(libc && { libc: [libc] }),
    ...(dependent.license && { license: dependent.license }),
    optional: true,
    os: [os],
  };
}

const lock: { packages: Packages } = JSON.parse(readFileSync(LOCK, 'utf8'));
const wanted = missing(lock.packages);
// The first entry is this package itself.
const picky = Object.entries(lock.packages).filter(([path, { engines }]) => path !== '' && engines);

if (process.argv.includes('--check')) {
  for (const { name, askedBy } of wanted)
    console.error(`package-lock.json lacks ${name}, wanted by ${askedBy}; npm ci would refuse it`);
  if (picky.length > 0) console.error(`package-lock.json has engines of ${picky.length} packages`);
  const isComplete = wanted.length + picky.length === 0;
  if (!isComplete) console.error('run `node scripts/lock.ts`');
  process.exitCode = isComplete ? 0 : 1;
} else {
  for (const { name, askedBy } of wanted) {
    lock.packages[`node_modules/${name}`] = entryOf(name, lock.packages[askedBy] ?? {});
    console.log(`added ${name}`);
  }
  for (const [, entry] of picky) delete entry.engines;
  const sorted = Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en'));
  writeFileSync(LOCK, `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)}\n`);
}
