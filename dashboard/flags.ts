import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Plugin } from 'vite';

const require = createRequire(import.meta.url);
const PACKAGE = dirname(require.resolve('country-flag-icons/package.json'));
const FLAGS = join(PACKAGE, '3x2');

/** Adds a file for each country's flag to the build. The browser loads those that are in view: many systems have no flags. */
export function flags(): Plugin {
  return {
    name: 'flags',
    generateBundle() {
      for (const name of readdirSync(FLAGS)) {
        if (!/^[A-Z]{2}\.svg$/.test(name)) continue;
        this.emitFile({
          type: 'asset',
          fileName: `assets/flag-${name}`,
          source: readFileSync(join(FLAGS, name)),
        });
      }
      const source = readFileSync(join(PACKAGE, 'LICENSE'));
      this.emitFile({ type: 'asset', fileName: 'assets/flags-license.txt', source });
    },
  };
}
