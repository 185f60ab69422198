import { readIdentity } from '../folder/identity-file.ts';
import { readRetention } from '../query/language/retention-query-reader.ts';
import type { RetentionResult } from '../query/visit-schemas.ts';
import { retentionCsv, retentionText } from '../report/retention-text.ts';
import { jsonText } from '../schema/hidden-characters.ts';
import { RETENTION_SETTINGS } from '../settings/visits.ts';
import type { Command } from './command.ts';
import { askVisits } from './visit-client.ts';
import { checkUsage, retentionOfFlags } from './visit-flags.ts';

export const retention: Command<typeof RETENTION_SETTINGS> = {
  usage: '[options]',
  settings: RETENTION_SETTINGS,
  examples: [
    'hit-tracker retention --site example.com --period 90d --interval week',
    "hit-tracker retention --period 12mo --interval month --filter 'source is Google' --return-filter 'page matches /docs/*' --csv",
  ],
  async run(values, positionals, terminal) {
    checkUsage(values, positionals);
    const query = retentionOfFlags(values);
    const answer = await askVisits<RetentionResult>(
      values,
      {
        ...{ path: '/api/v1/retention', query },
        check: (asked, { goals }) => readRetention(asked, Date.now(), goals),
        // A folder without a server so far has imported logs, whose visitors keep their IDs.
        answer: (asked, db, { goals }) =>
          db.retention(asked, goals, readIdentity(values['data-dir']!) ?? 'cookie'),
      },
      terminal,
    );
    const text = values.csv ? retentionCsv(answer) : retentionText(answer, terminal.stdout.columns ?? 80);
    terminal.stdout.write(values.json ? `${jsonText(answer)}\n` : text);
  },
};
