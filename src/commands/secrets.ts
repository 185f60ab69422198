import { join } from 'node:path';
import { DataFolder } from '../folder/folder.ts';
import { SECRETS_SETTINGS } from '../settings/secrets.ts';
import type { Command } from './command.ts';
import { unexpected } from './usage.ts';

export const makeSecrets: Command<typeof SECRETS_SETTINGS> = {
  usage: '[options]',
  settings: SECRETS_SETTINGS,
  examples: [
    'hit-tracker secrets --data-dir ./shared',
    'hit-tracker serve --secrets ./shared/secrets.json --data-dir ./node-1',
  ],
  async run(values, positionals, terminal) {
    if (positionals.length > 0) throw unexpected(positionals);
    const folder = DataFolder.open(values['data-dir']!);
    folder.close();
    terminal.stdout.write(`${join(folder.path, 'secrets.json')}\n`);
  },
};
