/**
 * Puts the WebAssembly of `siphash24` into `dist/` as a module of its own, as the published entries for any runtime may need no
 * package, and that package is CommonJS.
 */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';

const PACKAGE = 'siphash24/siphash24.js';
const NAME = 'siphash24.js';

/** @param dist the folder of the compiled sources */
export async function bundleSipHash(root: string, dist: string): Promise<void> {
  const folder = join(dist, 'hit');
  await build({
    configFile: false,
    logLevel: 'warn',
    build: {
      outDir: folder,
      emptyOutDir: false,
      minify: false,
      lib: {
        entry: join(root, 'node_modules', PACKAGE),
        formats: ['es'],
        fileName: () => NAME,
      },
    },
  });
  const bundle = join(folder, NAME);
  const license = readFileSync(join(root, 'node_modules/siphash24/LICENSE'), 'utf8').trim();
  // Compiled by the call, whose error is caught, and not by the import: Workers forbid it.
  const code = replaced(
    bundle,
    'export default require_siphash24();',
    'export default () => require_siphash24()();',
  );
  writeFileSync(bundle, `/*! siphash24\n${license}\n*/\n${code}`);

  const user = join(folder, 'hash.js');
  writeFileSync(user, replaced(user, `'${PACKAGE}'`, `'./${NAME}'`));
}

/** The text of a file with another part; a build whose output has changed ends here. */
function replaced(file: string, part: string, other: string): string {
  const text = readFileSync(file, 'utf8');
  assert.ok(text.includes(part), `${file} has no ${part}`);
  return text.replace(part, other);
}
