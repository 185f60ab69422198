import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { HitError } from '../errors.ts';
import { bytesText } from '../report/number-text.ts';
import { jsonText } from '../schema/hidden-characters.ts';
import { BACKUP_SETTINGS } from '../settings/backup.ts';
import { type Backup, backUp } from '../store/backup.ts';
import { DBTracker } from '../trackers/db.ts';
import type { Command } from './command.ts';
import { ControlClient } from './control-client.ts';
import { assertStore } from './existing-store.ts';
import { unexpected } from './usage.ts';

export const backupFolder: Command<typeof BACKUP_SETTINGS> = {
  usage: '--to FOLDER [options]',
  settings: BACKUP_SETTINGS,
  examples: [
    'hit-tracker backup --to /backup/monday',
    'hit-tracker serve --data-dir /backup/monday   (starts from the copy)',
  ],
  async run(values, positionals, terminal) {
    if (positionals.length > 0) throw unexpected(positionals);
    if (values.to === undefined) throw new HitError('bad_usage', 'name the destination folder with --to');
    const dataDir = values['data-dir']!;
    const to = resolve(values.to);
    const control = await ControlClient.connect(dataDir);
    const backup = control
      ? await backUpRemotely(control, to)
      : await backUpLocally(dataDir, to, terminal.interruption());
    terminal.stdout.write(values.json ? `${jsonText(backup)}\n` : backupText(backup));
  },
};

async function backUpLocally(dataDir: string, to: string, interrupted: AbortSignal): Promise<Backup> {
  assertStore(dataDir);
  await using db = await DBTracker.open({ dataDir });
  return await backUp({ store: db.store, spool: db.spool, dataDir }, to, interrupted);
}

/** The server that runs on the data folder writes the copy. It stops if this process ends. */
async function backUpRemotely(control: ControlClient, to: string): Promise<Backup> {
  let backup: Backup | undefined;
  const query = new URLSearchParams({ to });
  await control.post(`/control/backup?${query}`, Readable.from([]), (line) => {
    backup = line.backup as Backup;
  });
  if (backup) return backup;
  throw new HitError('store_unavailable', 'the server on this data folder stopped: run the backup again');
}

function backupText({ folder, bytes, pause }: Backup): string {
  return (
    `${folder} is a copy of ${bytesText(bytes)}, including the secrets except the import salt; deliveries paused for ${pause} ms.\n` +
    `To start from it: hit-tracker serve --data-dir ${folder}\n` +
    `To import logs there too, keep secrets.json of this folder in another place, and add --secrets FILE.\n`
  );
}
