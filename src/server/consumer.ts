import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { EnginePriority } from '../clickhouse/engine-priority.ts';
import type { DataFolder } from '../folder/folder.ts';
import { buildConsumer } from '../http/consumer.ts';
import { messagesOf, openLog } from '../http/log.ts';
import { closeServer, listen } from '../http/server.ts';
import { Rollups } from '../rollup/rollups.ts';
import type { CONSUME_SETTINGS } from '../settings/consume.ts';
import type { Values } from '../settings/setting.ts';
import { version } from '../settings/version.ts';
import { Store } from '../store/store.ts';

/**
 * Loads hits from Kafka into the store until it is interrupted; then it finishes the batch in progress.
 *
 * @param interruption called once everything is open; ends the loading
 * @param onStart called when loading begins, with the address of the metrics if there is one
 * @throws HitError as `Store.open` does, `port_unavailable`
 */
export async function runConsumer(
  folder: DataFolder,
  values: Values<typeof CONSUME_SETTINGS>,
  interruption: () => AbortSignal,
  onStart: (url: string | undefined) => void,
): Promise<void> {
  const log = openLog(values['log-level']!);
  const messages = messagesOf(log);
  await using resources = new AsyncDisposableStack();
  const store = resources.use(
    await Store.open({ setting: values.store!, folder: folder.store, onProgress: messages.info }),
  );
  if (values.store === 'embedded') resources.use(new EnginePriority());
  // Imported only here, since it takes longer than the rest of the start.
  const { StreamLoader } = await import('../stream/loader.ts');
  const own = join(folder.path, 'stream');
  mkdirSync(own, { recursive: true, mode: 0o700 });
  const loader = new StreamLoader({
    ...{ address: values.stream!, group: values.group!, store, folder: own, log: messages },
  });
  const rollups = resources.use(new Rollups(store, { log: messages }));
  rollups.start();
  const interrupted = interruption();
  let url: string | undefined;
  if (values.port !== undefined) {
    const adminToken = values['admin-token'] ?? folder.secrets.adminToken;
    const app = buildConsumer({ loader, version: version(), adminToken, public: values.public! }, log);
    resources.defer(() => closeServer(app));
    url = await listen(app, values.port, values.host!);
  }
  onStart(url);
  await loader.run(interrupted);
  const { hits, again, deadLetters } = loader.counts;
  log.info(
    `closing: ${hits} hits were loaded, ${again} records were duplicates, ${deadLetters} were dead letters`,
  );
}
