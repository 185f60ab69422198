import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { EnginePriority } from '../clickhouse/engine-priority.ts';
import { HitError } from '../errors.ts';
import { DataFolder } from '../folder/folder.ts';
import { buildConsumer } from '../http/consumer.ts';
import { openLog } from '../http/log.ts';
import { closeServer, listen } from '../http/server.ts';
import { Rollups } from '../rollup/rollups.ts';
import { CONSUME_SETTINGS } from '../settings/consume.ts';
import type { Values } from '../settings/setting.ts';
import { Store } from '../store/store.ts';
import type { Command, Terminal } from './command.ts';
import { messagesOf } from './counting.ts';
import { unexpected } from './usage.ts';

export const consume: Command<typeof CONSUME_SETTINGS> = {
  summary: 'load hits from Kafka into the store, exactly once',
  usage: '--stream kafka://host:9092/topic [options]',
  settings: CONSUME_SETTINGS,
  examples: [
    'hit-tracker consume --stream kafka://localhost:9092/hits --store clickhouse://user:password@db:8123/hits',
    'hit-tracker consume --stream kafka://a,b,c/hits --data-dir ./loader-1 --port 9100',
  ],
  async run(values, positionals, terminal) {
    if (positionals.length > 0) throw unexpected(positionals);
    if (!values.stream) throw new HitError('bad_usage', 'name the topic: --stream kafka://host:9092/topic');
    const folder = DataFolder.open(values['data-dir']!, values.secrets);
    try {
      await consumeInto(folder, values, terminal);
    } finally {
      folder.close();
    }
  },
};

async function consumeInto(
  folder: DataFolder,
  values: Values<typeof CONSUME_SETTINGS>,
  terminal: Terminal,
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
  const interrupted = terminal.interruption();
  let where = '';
  if (values.port !== undefined) {
    const adminToken = values['admin-token'] ?? folder.secrets.adminToken;
    const app = buildConsumer({ loader, adminToken, public: values.public! }, log);
    resources.defer(() => closeServer(app));
    where = `; metrics: ${await listen(app, values.port, values.host!)}/metrics`;
  }
  terminal.stderr.write(
    `Hit Tracker loads ${values.stream!.name} into the store (data: ${folder.path})${where}\n`,
  );
  await loader.run(interrupted);
  const { hits, again, deadLetters } = loader.counts;
  log.info(`closing: ${hits} hits were loaded, ${again} records came again, ${deadLetters} were set aside`);
}
