/**
 * Copies the patterns of isbot into `src/hit/bot-patterns.ts`, after its version has changed. Trackers run where no package can
 * be loaded, and isbot is only this list.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { list } from 'isbot';

const FILE = join(import.meta.dirname, '../src/hit/bot-patterns.ts');

const lines = list.map((pattern) => `  '${pattern.replaceAll(/[\\']/g, '\\$&')}',`);

writeFileSync(
  FILE,
  `/**
 * Patterns of the user agents of bots, in any case: the list of isbot by Omri Lotan, in the public domain (Unlicense).
 * \`node scripts/bot-patterns.ts\` writes this file, and a test compares it with the package.
 */
export const BOT_PATTERNS: readonly string[] = [
${lines.join('\n')}
];
`,
);
