import { join } from 'node:path';
import { HitError } from '../errors.ts';
import { DataFolder } from '../folder/folder.ts';
import { Secrets } from '../folder/secrets.ts';
import { SECRETS_SETTINGS } from '../settings/secrets.ts';
import { forgetImports } from '../store/forgotten-imports.ts';
import { Store } from '../store/store.ts';
import type { Command } from './command.ts';
import { assertStore } from './existing-store.ts';
import { unexpected } from './usage.ts';

export const makeSecrets: Command<typeof SECRETS_SETTINGS> = {
  usage: '[options]',
  settings: SECRETS_SETTINGS,
  examples: [
    'hit-tracker secrets --data-dir ./shared',
    'hit-tracker serve --secrets ./shared/secrets.json --data-dir ./node-1',
    'hit-tracker secrets --data-dir ./restored --forget-imports   (only if secrets.json of the original folder is lost)',
  ],
  async run(values, positionals, terminal) {
    if (positionals.length > 0) throw unexpected(positionals);
    const dataDir = values['data-dir']!;
    if (values['forget-imports'] && values.store === 'embedded') assertStore(dataDir);
    const folder = DataFolder.open(dataDir);
    try {
      if (values['forget-imports']) await replaceImportSalt(folder, values.store!);
    } finally {
      folder.close();
    }
    terminal.stdout.write(`${join(folder.path, 'secrets.json')}\n`);
  },
};

/**
 * @param setting of the store
 * @throws HitError `bad_usage` if nothing is lost; `data_dir_unusable`, `store_unavailable`
 */
async function replaceImportSalt(
  { path, secrets, store: folder }: DataFolder,
  setting: string,
): Promise<void> {
  const importKey = secrets.importKey ?? Secrets.replaceImportSalt(path);
  await using store = await Store.open({ setting, folder, importKey });
  const forgotten = await forgetImports(store, importKey);
  if (forgotten || !secrets.importKey) return;
  throw new HitError(
    'bad_usage',
    `nothing is lost: ${join(path, 'secrets.json')} has the import salt with which the logs were imported`,
  );
}
