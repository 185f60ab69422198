import { readJourneys } from '../query/language/journeys-query-reader.ts';
import type { JourneysResult } from '../query/visit-schemas.ts';
import { journeysCsv, journeysText } from '../report/journeys-text.ts';
import { jsonText } from '../schema/hidden-characters.ts';
import { JOURNEYS_SETTINGS } from '../settings/visits.ts';
import type { Command } from './command.ts';
import { askVisits } from './visit-client.ts';
import { checkUsage, journeysOfFlags } from './visit-flags.ts';

export const journeys: Command<typeof JOURNEYS_SETTINGS> = {
  usage: '--page PATTERN [options]',
  settings: JOURNEYS_SETTINGS,
  examples: [
    'hit-tracker journeys --site example.com --period 30d --page /pricing',
    "hit-tracker journeys --page '/blog/*' --direction after --steps 5 --limit 3 --filter 'source is Google'",
  ],
  async run(values, positionals, terminal) {
    checkUsage(values, positionals);
    const query = journeysOfFlags(values);
    const answer = await askVisits<JourneysResult>(
      values,
      {
        ...{ path: '/api/v1/journeys', query },
        check: (asked, { goals }) => readJourneys(asked, Date.now(), goals),
        answer: (asked, db, { goals }) => db.journeys(asked, goals),
      },
      terminal,
    );
    const text = values.csv ? journeysCsv(answer) : journeysText(answer, terminal.stdout.columns ?? 80);
    terminal.stdout.write(values.json ? `${jsonText(answer)}\n` : text);
  },
};
