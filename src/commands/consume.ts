import { HitError } from '../errors.ts';
import { DataFolder } from '../folder/folder.ts';
import { runConsumer } from '../server/consumer.ts';
import { CONSUME_SETTINGS } from '../settings/consume.ts';
import type { Command } from './command.ts';
import { unexpected } from './usage.ts';

export const consume: Command<typeof CONSUME_SETTINGS> = {
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
      const limit = { timeout: values['stop-timeout']!, hasEngine: values.store === 'embedded' };
      await runConsumer(
        folder,
        values,
        () => terminal.interruption(limit),
        (url) => {
          const metrics = url === undefined ? '' : `; metrics: ${url}/metrics`;
          terminal.stderr.write(
            `Hit Tracker loads ${values.stream!.name} into the store (data: ${folder.path})${metrics}\n`,
          );
        },
      );
    } finally {
      folder.close();
    }
  },
};
