import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { HitError, messageOf } from '../errors.ts';
import { queryCsv } from '../report/query-text.ts';
import { jsonText } from '../schema/hidden-characters.ts';
import { QUERY_SETTINGS } from '../settings/query.ts';
import type { Command, Terminal } from './command.ts';
import { runQuery } from './query-client.ts';
import { unexpected } from './usage.ts';

export const query: Command<typeof QUERY_SETTINGS> = {
  usage: 'FILE.json | - [options]',
  settings: QUERY_SETTINGS,
  examples: [
    'hit-tracker query sources.json',
    `echo '{"period":"30d","metrics":["visitors","bounce_rate"],"dimensions":["source"]}' | hit-tracker query -`,
    'hit-tracker query sources.json --csv > sources.csv',
  ],
  async run(values, [file, ...rest], terminal) {
    if (file === undefined)
      throw new HitError('bad_usage', 'name a file with the JSON of a query, or - for standard input');
    if (rest.length > 0) throw unexpected(rest);
    const answer = await runQuery(values, await readJson(file, terminal), (message) =>
      terminal.stderr.write(`${message}\n`),
    );
    terminal.stdout.write(values.csv ? queryCsv(answer) : `${jsonText(answer)}\n`);
  },
};

async function readJson(file: string, { stdin }: Terminal): Promise<unknown> {
  const name = file === '-' ? 'standard input' : file;
  const written = await (file === '-' ? text(stdin) : readFile(file, 'utf8')).catch((error) => {
    throw new HitError('bad_usage', `${name} cannot be read: ${messageOf(error)}`, { cause: error });
  });
  try {
    return JSON.parse(written);
  } catch (error) {
    throw new HitError('bad_usage', `${name} is not JSON: ${messageOf(error)}`, { cause: error });
  }
}
