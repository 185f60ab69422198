import { createRequire } from 'node:module';
import { HitError, messageOf } from '../errors.ts';

/** The package of the engine: an optional dependency. */
const ENGINE = 'chdb';
const SERVER = 'clickhouse://USER:PASSWORD@HOST:8123/DATABASE';

const require = createRequire(import.meta.url);

/**
 * Loads the embedded engine. It takes 180 MB of memory and half a gigabyte of disk, and not every system has a build of it: so it
 * is an optional dependency, which is loaded when a store in a folder is opened, and not before.
 *
 * @throws HitError `engine_unavailable` that says whether to install it or to use a server
 */
export function loadEngine(): typeof import('chdb') & typeof import('chdb/connection') {
  try {
    return { ...require('chdb'), ...require('chdb/connection') };
  } catch (error) {
    throw new HitError('engine_unavailable', isMissing(error) ? missing() : unusable(error), {
      cause: error,
    });
  }
}

/** Whether the package is not there at all, as after `npm install --omit=optional`. */
function isMissing(error: unknown): boolean {
  if (!(error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND')) return false;
  try {
    require.resolve(`${ENGINE}/package.json`);
    return false;
  } catch {
    return true;
  }
}

function missing(): string {
  return `the embedded engine is not installed: run "npm install ${ENGINE}@${wantedVersion()}", or use a ClickHouse server: --store ${SERVER}`;
}

function unusable(error: unknown): string {
  const reason = messageOf(error).replace(/ *Require stack:.*$/, '');
  return `the embedded engine cannot be loaded on this system, so use a ClickHouse server (--store ${SERVER}): ${reason}`;
}

/** The range of versions that the package was made for. */
function wantedVersion(): string {
  const { optionalDependencies }: { optionalDependencies: Record<string, string> } =
    require('../../package.json');
  return optionalDependencies[ENGINE]!;
}
