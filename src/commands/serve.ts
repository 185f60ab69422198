import { keepYoungGenerationSmall } from '../cache/process-memory.ts';
import { DataFolder } from '../folder/folder.ts';
import type { ServeValues } from '../server/options.ts';
import { SERVE_SETTINGS } from '../settings/serve.ts';
import { aborted } from '../timing/aborted.ts';
import type { Command, Terminal } from './command.ts';
import { unexpected } from './usage.ts';

export const serve: Command<typeof SERVE_SETTINGS> = {
  usage: '[options]',
  settings: SERVE_SETTINGS,
  examples: [
    'hit-tracker serve --port 8080 --data-dir /var/lib/hit-tracker',
    'hit-tracker serve --sites example.com --trust-proxy private',
    'HIT_PORT=8080 hit-tracker serve',
  ],
  async run(values, positionals, terminal) {
    if (positionals.length > 0) throw unexpected(positionals);
    const growAgain = keepYoungGenerationSmall();
    // Loaded to run a server, and not for its help.
    const [{ openNode }, { readServeOptions }] = await Promise.all([
      import('../server/node.ts'),
      import('../server/options.ts'),
    ]);
    const options = readServeOptions(values);
    const folder = DataFolder.open(values['data-dir']!, values.secrets);
    try {
      await using node = await openNode(folder, options, terminal);
      // Until here, a signal ends the process at once: nothing was acknowledged yet.
      const interruption = terminal.interruption({
        timeout: values['stop-timeout']!,
        hasEngine: values.store === 'embedded',
      });
      printStartup(terminal, await node.listen(), folder.path, node.adminToken, values);
      growAgain();
      await aborted(interruption);
      node.log.info('shutting down: storing acknowledged hits');
    } finally {
      folder.close();
    }
  },
};

/** On stderr, so that stdout only has the counter's lines. */
function printStartup(
  terminal: Terminal,
  url: string,
  folder: string,
  token: string,
  values: ServeValues,
): void {
  const isLive = values.tracker!.some((name) => name === 'simple' || name === 'rate');
  const path = isLive ? '/api/v1/live' : '/api/v1/stats';
  const read = values.public ? '' : ` -H "Authorization: Bearer ${token}"`;
  terminal.stderr.write(
    `Listening on ${url} (trackers: ${values.tracker!.join(', ')}; data: ${folder})\n` +
      `  Dashboard:  ${url}/dashboard?token=${encodeURIComponent(token)}\n` +
      `  Test hit:   curl ${url}/\n` +
      `  API:        curl${read} "${url}${path}"\n`,
  );
}
